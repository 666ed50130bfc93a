"""The Lua plugin for Wireshark: data, installed as `secagree_plugins`."""
