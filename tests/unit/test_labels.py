"""What a technician scans or types from a device's label, and which device that is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.labels import Fault, Kind, Label, Unreadable, canonical, is_the_one, names_of, read_label

ZWAVE = "9001621570034149504483534436062309043170212686520047001006144025600220006342867261443005120803003"
DSK = "41495-04483-53443-60623-09043-17021-26865-20047"


@pytest.mark.parametrize(
    ("text", "kind", "ids"),
    [
        # Zigbee install codes, each as its maker prints them
        ("Z:943469FFFE05CE55$I:FC5ECD1E8DFD3E0603E3689F8D0226BBF80B", "zigbee", "943469fffe05ce55"),
        (
            "Z:4CC206FFFE805E7A$I:560BCC1FF50E704B9BA93A5CA817C35E799F$D:202%B:4CC206805E7A$P:613727%M:1220$F:0024",
            "zigbee",
            "4cc206fffe805e7a",
        ),
        ("000D6FFFFE63CCA0|58A4DD6123F38ECF22B17FDA0D95A43DED19", "zigbee", "000d6ffffe63cca0"),
        (
            "G$M:69775$S:680S00003915$D:0000000017B2335C%Z$A:54EF44100006E7DF$I:3313A005E177A647FC7925620AB207C4BEF5",
            "zigbee",
            "54ef44100006e7df",
        ),
        (
            "HUE:Z:2E5D2E5F401B82F1A45621A50B551F726101 M:001788010CE5C843 D:H2504 A:2266",
            "zigbee",
            "001788010ce5c843",
        ),
        (
            "RB01SG0D8310182648007000000000000000000094DEB8FFFE41F6D6DLKA87710C3E5C332E5327EE532C3C310E5DFE0",
            "zigbee",
            "94deb8fffe41f6d6",
        ),
        (
            "RB01SG0D836591B3CC0010000000000000000000000D6F0017E0870CDLK999F98A7DFBCA6DD3955823AD9089631",
            "zigbee",
            "000d6f0017e0870c",
        ),
        # LoRaWAN (TR005), with and without what may follow
        ("LW:D0:70B3D57ED0000010:0018B20000000101:000AF8BE", "lorawan", "0018b20000000101"),
        ("LW:D0::A84041D931860001:FFFF0001", "lorawan", "a84041d931860001"),
        (
            "lw:d0:0000000000000000:34c5d0fa68ceffa5:FFFF0BEB:S241218QR10005",
            "lorawan",
            "34c5d0fa68ceffa5",
        ),
        (
            "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:OAABBCCDDEEFF:SYYWWNNNNNN:PFOOBAR:CAF2C",
            "lorawan",
            "aabbccddeeff0011",
        ),
        # Z-Wave
        (ZWAVE, "zwave", DSK),
        (DSK, "zwave", DSK),
        # plain addresses in their many spellings
        ("0x00158D0001A2B3C4", "address", "00158d0001a2b3c4"),
        ("00158d0001a2b3c4", "address", "00158d0001a2b3c4"),
        ("00:15:8D:00:01:A2:B3:C4", "address", "00158d0001a2b3c4"),
        ("00-15-8d-00-01-a2-b3-c4", "address", "00158d0001a2b3c4"),
        ("00 15 8D 00 01 A2 B3 C4", "address", "00158d0001a2b3c4"),
        ("0015.8d00.01a2.b3c4", "address", "00158d0001a2b3c4"),
        ("8:b6:1f:ce:2:34", "address", "08b61fce0234"),
        ("08B61FCE1234", "address", "08b61fce1234"),
        ("MAC: 08:B6:1F:CE:12:34", "address", "08b61fce1234"),
        ("DevEUI: 24E124535B312345 SN: 6136B3123456", "address", "24e124535b312345"),
        ("Model: WS301\nDEV EUI=24E124141C123456\nS/N 6141C1234567", "address", "24e124141c123456"),
        ("S/N: 24E124141C123456", "address", "24e124141c123456"),
        ("shellyplusht-08b61fce1234", "address", "08b61fce1234"),
        ("https://example.com/d?sn=24E124141C123456", "address", "24e124141c123456"),
        ("eui-a84041d931860001", "address", "a84041d931860001"),
    ],
)
def test_a_label_says_which_device_it_is_on(text: str, kind: Kind, ids: str) -> None:
    found = read_label(text)
    assert isinstance(found, Label)
    assert (found.kind, found.ids[0]) == (kind, ids)


@pytest.mark.parametrize(
    ("text", "serial"),
    [
        ("SN: 6136B3123456X", "6136B3123456X"),
        ("(01)07350000000000(21)AB12345", "AB12345"),
        ("VYY-2024-000123", "VYY-2024-000123"),
    ],
)
def test_a_serial_number_is_kept_as_it_stands(text: str, serial: str) -> None:
    assert read_label(text) == Label("serial", serial=serial)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("x" * 1001, "too long"),
        ("Z:943469FFFE05CE55$I:FC5ECD1E8DFD3E0603E3689F8D0226BBF80C", "checksum"),
        ("Z:943469FFFE05CE55$I:FC5ECD1E8DFD3E0603E3689F", "cut off"),
        (ZWAVE.replace("41495", "41496", 1), "checksum"),
        ("LW:D0:70B3D57ED0000010:0018B2000000", "cut off"),
        ("MT:Y.K9", "cut off"),
        ("https://www.example.com/warranty", "web address"),
        ("4006381333931", "only a product"),
        ("¡Hola!", "not a label"),
        ("two words", "not a label"),
    ],
)
def test_what_is_no_devices_label_is_named(text: str, fault: Fault) -> None:
    assert read_label(text) == Unreadable(fault)


def test_a_matter_code_names_no_address() -> None:
    assert read_label("MT:Y.K9042C00KA0648G00") == Label("matter")
    assert read_label("3497-011-2332") == Label("matter")


def test_an_install_code_is_kept_for_pairing() -> None:
    found = read_label("Z:943469FFFE05CE55$I:FC5ECD1E8DFD3E0603E3689F8D0226BBF80B")
    assert isinstance(found, Label)
    assert found.install_code == "FC5ECD1E8DFD3E0603E3689F8D0226BBF80B"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("00158D0001A2B3C4", ("0x00158d0001a2b3c4",)),
        (
            "00:15:8d:00:01:a2:b3:c4",
            ("ytterdør 3B", "0x00158d0001a2b3c4"),
        ),  # renamed; its gateway announces it
        ("08B61FCE1234", ("shellyplusht-08b61fce1234",)),
        ("84:CC:A8:B9:29:CC", ("shelly1-b929cc",)),  # the first generation goes by half of it
        ("LW:D0::A84041D931860001:FFFF0001", ("eui-a84041d931860001",)),
        ("LW:D0::A84041D931860001:FFFF0001", ("A84041D931860001",)),
        ("4C:C2:06:80:5E:7A", ("0x4cc206fffe805e7a",)),
        ("Z:22B78EFEFF16A720$I:B1817AFD64D8BB3A8F275C2117327AEC684B", ("0x20a716fffe8eb722",)),  # reversed
        ("VYY-2024-000123", ("vyy-2024-000123",)),
    ],
)
def test_a_label_finds_the_device_that_was_heard(text: str, said: tuple[str, ...]) -> None:
    label = read_label(text)
    assert isinstance(label, Label)
    assert is_the_one(label, names_of(*said))


@pytest.mark.parametrize(
    "said", ["0x00158d0001a2b3c5", "shellyplusht-08b61fce1235", "nodeID_5", "3B ytterdør"]
)
@pytest.mark.parametrize("text", ["00158D0001A2B3C4", "08B61FCE1234", ZWAVE, "3497-011-2332"])
def test_a_label_finds_no_other_device(text: str, said: str) -> None:
    label = read_label(text)
    assert isinstance(label, Label)
    assert not is_the_one(label, names_of(said))


@given(
    st.binary(min_size=6, max_size=6) | st.binary(min_size=8, max_size=8),
    st.sampled_from([":", "-", " ", "."]),
)
def test_every_spelling_of_an_address_is_the_same_address(raw: bytes, separator: str) -> None:
    plain = raw.hex()
    for text in (plain, plain.upper(), f"0x{plain}", raw.hex(separator), raw.hex(separator).upper()):
        assert canonical(text) == plain


@given(st.text(max_size=300) | st.text(alphabet="LWD0:Z$I90MT-ABC123|. ", max_size=120))
def test_no_text_breaks_the_reading_of_labels(text: str) -> None:
    assert isinstance(read_label(text), Label | Unreadable)
    names_of(text)
