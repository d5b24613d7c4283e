"""Read by Python at its start: this process runs on a machine of another name."""

import socket

socket.gethostname = lambda: "other-machine"
