"""One backend per way of asking a model, with the transport, the faults and the prices that they share."""
