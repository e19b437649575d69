"""The words of the domain as plain dataclasses, enums and pure rules; no input or output."""
