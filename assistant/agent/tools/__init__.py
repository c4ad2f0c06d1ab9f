"""The tools that ship with Etude, one action group a module. Nothing heavy is imported before one of them is called."""
