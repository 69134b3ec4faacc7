"""What all tests share: none fails because the machine is busy."""

import hypothesis

hypothesis.settings.register_profile("patient", deadline=None)  # by default an example may take 200 ms
hypothesis.settings.load_profile("patient")
