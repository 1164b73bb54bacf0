"""The version, where everything may read it at no cost."""

__version__ = "0.1.0"
