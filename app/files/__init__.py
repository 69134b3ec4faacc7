"""Files: tables, saved sessions, and links of TensorFlow Playground."""
