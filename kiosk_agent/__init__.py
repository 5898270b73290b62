"""The program on a kiosk: complaints come in, are kept, and travel to the centre whenever there is a way.

They come by touch, from a list or by SMS. Each is committed to the local log before anyone is told that it is stored.
The server is never imported.
"""
