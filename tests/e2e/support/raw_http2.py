"""One request over HTTP/2 by python3-h2, sent as it is told to be."""

import socket
from email.message import Message

import h2.config
import h2.connection
import h2.events


class Http2Answer:
    """As http.client's response."""

    def __init__(self):
        self.status, self.headers, self.body = 0, Message(), b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def read(self):
        return self.body


def send(strongroom, body, headers, method="POST", path="/"):
    """Like RawClient.send(); gives what http.client's response gives. ConnectionError when the stream ends without an answer."""
    fields = [(":method", method), (":scheme", "https"), (":path", path)]
    fields += [(":authority", v) for k, v in headers.items() if k.lower() == "host"]
    fields += [(k.lower(), v) for k, v in headers.items() if k.lower() != "host"]
    fields.append(("content-length", str(len(body))))
    context = strongroom.tls()
    context.set_alpn_protocols(["h2"])
    # What is sent is what the test says, right or wrong.
    config = h2.config.H2Configuration(validate_outbound_headers=False, normalize_outbound_headers=False, header_encoding="utf-8")
    connection = h2.connection.H2Connection(config)
    answer = Http2Answer()
    with socket.create_connection(("127.0.0.1", strongroom.port), 60) as plain, \
            context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
        assert secure.selected_alpn_protocol() == "h2", "HTTP/2 was not agreed upon"
        connection.initiate_connection()
        connection.send_headers(1, fields, end_stream=not body)
        left = body
        while True:
            while left and (room := min(connection.local_flow_control_window(1), connection.max_outbound_frame_size)):
                connection.send_data(1, left[:room], end_stream=len(left) <= room)
                left = left[room:]
            secure.sendall(connection.data_to_send())
            received = secure.recv(65536)
            if not received:
                raise ConnectionError("the connection ended without an answer")
            for event in connection.receive_data(received):
                if isinstance(event, h2.events.ResponseReceived):
                    answer.status = int(event.headers[0][1])
                    for name, value in event.headers[1:]:
                        answer.headers[name] = value
                elif isinstance(event, h2.events.DataReceived):
                    answer.body += event.data
                    connection.acknowledge_received_data(event.flow_controlled_length, 1)
                elif isinstance(event, h2.events.StreamReset) or isinstance(event, h2.events.ConnectionTerminated):
                    if not answer.status:
                        raise ConnectionError(f"ended without an answer: {event}")
                    return answer
                elif isinstance(event, h2.events.StreamEnded):
                    return answer
