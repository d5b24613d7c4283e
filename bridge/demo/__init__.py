"""The whole bridge on one machine between two sandboxes: for the demo, the flow tests and the measurements."""
