"""Serial modems: AT commands, SMS as PDUs, and a simulator that stands in for a modem.

The parsers, codecs and machines here do no input or output; one thin module owns a port and its thread. Nothing here
knows of complaints, and none of our other packages is imported.
"""
