"""Serial modems for SMS: the PDU codec, the modem machine without I/O, the port and its thread, and a simulator.

Nothing here will know of complaints, and none of our other packages is imported.
"""
