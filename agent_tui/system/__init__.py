"""What differs between operating systems: locks, private files, signals. Linux and macOS are what
the tests run on; on Windows nothing here, or above it, fails for being there."""
