"""Language models: the catalog, verified weights, and ``chat.make_chat_model``, the one way to get a chat model."""
