"""The command line: thin wrappers over the library, one file a command."""
