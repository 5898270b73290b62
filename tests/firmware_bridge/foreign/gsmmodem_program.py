"""A small program on python-gsmmodem, run with whichever Python has it: drain the SIM, send one SMS, print what came.

Arguments: the port, and how many messages to wait for.
"""

import json
import logging
import sys
import time


def main() -> None:
    """Print one JSON object: the texts that came, and the delivery status of what was sent."""
    from gsmmodem.modem import GsmModem  # type: ignore[import-not-found]  # it is in another Python

    port, wanted = sys.argv[1], int(sys.argv[2])
    texts: list[list[str]] = []
    modem = GsmModem(port, 115200, smsReceivedCallbackFunc=lambda sms: texts.append([sms.number, sms.text]))
    logging.disable(logging.CRITICAL)
    modem.connect()
    give_up_at = time.monotonic() + 15
    while len(texts) < wanted and time.monotonic() < give_up_at:
        modem.processStoredSms()
        time.sleep(0.05)
    sent = modem.sendSms(
        "+6281234500011", "KASIH: Laporan Anda diterima.", waitForDeliveryReport=True, deliveryTimeout=5
    )
    modem.close()
    print(json.dumps({"texts": texts, "delivered": sent.status == sent.DELIVERED}))


if __name__ == "__main__":
    main()
