"""Pages for people and the script for ParaView."""
