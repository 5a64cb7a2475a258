"""The one client at the broker: connection, hand-over of messages, acknowledgement, publishing."""
