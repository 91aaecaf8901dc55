"""The commands of the command line, a module a family. They parse, call the library and print; nothing else."""
