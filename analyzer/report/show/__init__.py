"""`secagree show`: one exchange, the life of one agreement, or one frame."""
