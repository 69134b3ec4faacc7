"""gradlab's web application: pages, REST and websocket around the engine. It does no mathematics."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("gradlab")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0.0.0"
