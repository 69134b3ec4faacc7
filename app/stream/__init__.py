"""The stream: the websocket on which a page follows a session."""
