"""Where the music comes from: one file a genre, registered with `assistant.composer.pieces.recipe`."""
