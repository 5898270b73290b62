"""PDUs as phones and networks made them, and what they say."""

from typing import NamedTuple


class Sample(NamedTuple):
    pdu: str
    peer: str
    text: str | None
    timestamp: str | None = None
    is_canonical: bool = True
    """False: another encoder wrote something that says the same in other bits."""


SAMPLES = [
    # The DELIVER and SUBMIT that most introductions to PDU mode take apart.
    Sample(
        "07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37",
        "27838890001",
        "hellohello",
        "1999-03-29T15:16:59+02:00",
    ),
    Sample("0011000B916407281553F80000AA0AE8329BFD4697D9EC37", "+46708251358", "hellohello"),
    # Its zone is minus zero.
    Sample(
        "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
        "+31641600986",
        "How are you?",
        "2002-08-26T19:37:41+00:00",
        is_canonical=False,
    ),
    # Received by phones in Belgium, India, Indonesia, Britain and Denmark.
    Sample(
        "0791198948004544040C9119894882006200007050307040042206CF35689E9603",
        "+919884280026",
        "Ok sir",
        "2007-05-03T07:04:40+05:30",
    ),
    Sample(
        "0791261229064012040C912622192340800000700191218253820CE130681C5E97E12072190D",
        "+622291320408",
        "aa cakep deh",
        "2007-10-19T12:28:35+07:00",
    ),
    Sample(
        "0791447758100650040DD0F334FC1CA6970100008080312170224008D4F29CDE0EA7D9",
        "sipgate",
        "Testmail",
        "2008-08-13T12:07:22+01:00",
    ),
    Sample(
        "0791446742949940040BD0C7F7FBCC2E0300008080919075106935D2723BED2697E53A10BD3CA787400010B55E0605EB67502C078AC1743059B80D6A8162311D4C166E8350D7B77C9D02",
        "Google",
        "Reminder: test! @ Tue Aug 19 10:02am - 11:02am (Work)",
        "2008-08-19T09:57:01-04:00",
    ),
    Sample(
        "07918167830071F1040BD0C7F7FBCC2E0300008080203201208078D0473BED2697D9F3B20E442DCFE9A076793E0F9FCBA07B9A8E0691C3EEF41C0D1AA3C3F2F0985E96CF75A00EE301E22C1C2C109B217781642E50B87E76816433DD0C066A81E60CB70B347381C2F5B30B",
        "Google",
        "Påmindelse: Test message with danish characters: æøå ÆØÅ, lør. 2. aug. 23:30 - søn. 3. aug.",
        "2008-08-02T23:10:02+02:00",
        is_canonical=False,  # Its length is longer than what there is.
    ),
    Sample(
        "0791448720003023440C914497035290960000500161218563402A050003010606EAE73988FE0691CB65F8DC05028190F5F31C447F83C8E5327CEE0281402010",
        "+447930250969",
        "ugs to deeps.   Hugs to deeps.     ",
        "2005-10-16T12:58:36+01:00",
    ),
    Sample("00010005912143F500000BC8329BFD06DDDF723619", "+12345", "Hello world"),
    # Delivery reports from Prague, Australia and Indonesia; the second has optional fields; the last is padded as a SIM's record is.
    Sample(
        "079124602009999006B4098106326906F2212041015554402120410155054000",
        "602396602",
        None,
        "2012-02-14T10:55:45+01:00",
    ),
    Sample(
        "07911614786007F006060B911634092142F4019071011000040190710110450400060000",
        "+61439012244",
        "",
        "2010-09-17T10:01:00+10:00",
    ),
    Sample(
        "07912658050000F006010D91265817373754F501010161705382010101617083820000",
        "+6285717373455",
        None,
        "2010-10-10T16:07:35+07:00",
    ),
    Sample(
        "079124602009999002AB098106845688F8907080517375809070805183018000" + "FF" * 60,
        "604865888",
        None,
        "2009-07-08T15:37:57+02:00",
        is_canonical=False,
    ),
    # A binary message to a port: the notification of an MMS.
    Sample(
        "07913307005630F0440BA13307570230F00006017010900412806A0605040B8423F0040603BEAF848C829831323737393730303539008D92891980160433333730373532303033302F545950453D504C4D4E009679424F008A808E0122880481020BB883687474703A2F2F6D6D73632E6C61626D6374656C2E66723A393039302F6D333300",
        "33707520030",
        None,
        "2010-07-01T09:40:21+02:00",
    ),
    # A draft that announces a header and holds nothing.
    Sample("0051000B916407281553F80000AA00", "+46708251358", "", is_canonical=False),
]
