"""A port for a server that may be started again."""

import random
import socket


def free_port():
    """None of those that the system gives to who asks for any, so that nothing takes it while its server is away."""
    while True:
        port = random.randrange(10_000, 32_768)
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
