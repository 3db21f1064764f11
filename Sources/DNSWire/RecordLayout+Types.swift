extension RecordLayout {
    /// Every type whose data we know, by number. The order is IANA's.
    static let table: [UInt16: RecordLayout] = {
        let names: (String) -> [Field] = { [compressed($0)] }
        let key = [u16("flags"), u8("protocol"), algorithm, base64("public-key", 1)]
        let signature = [
            field(.type, "type-covered"), algorithm, u8("labels"), u32("original-ttl"),
            field(.time, "expiration"), field(.time, "inception"), u16("key-tag"), name("signer"),
            base64("signature", 1),
        ]
        let delegation = [
            u16("key-tag"), algorithm, field(.digestType, "digest-type"), hex("digest", 1),
        ]
        let certificate = [u8("usage"), u8("selector"), u8("matching-type"), hex("data", 1)]
        let texts = [field(.strings, "text...")]
        let binding = [u16("priority"), name("target"), field(.serviceParameters, "[key=value...]")]

        let types: [UInt16: [Field]] = [
            1: [field(.ipv4, "address")], 2: names("name-server"), 3: names("mail-agent"),
            4: names("mail-agent"), 5: names("target"),
            6: [
                compressed("primary"), compressed("mailbox"), u32("serial"), period("refresh"),
                period("retry"), period("expire"), period("minimum"),
            ],
            7: names("host"), 8: names("mailbox"), 9: names("mailbox"), 10: [field(.opaque, "data")],
            11: [field(.ipv4, "address"), field(.services, "protocol [port...]")],
            12: names("target"), 13: [string("cpu"), string("os")],
            14: [compressed("responsible"), compressed("errors")],
            15: [u16("preference"), compressed("exchange")], 16: texts,
            17: [name("mailbox"), name("text-owner")], 18: [u16("subtype"), name("host")],
            19: [string("address")], 20: [string("address"), field(.optionalString, "[subaddress]")],
            21: [u16("preference"), name("host")], 22: [field(.nsap, "address", 1)], 23: [name("target")],
            24: signature, 25: [u16("flags"), u8("protocol"), algorithm, base64("[public-key]", 0)],
            26: [u16("preference"), name("map822"), name("mapx400")],
            27: [string("longitude"), string("latitude"), string("altitude")],
            28: [field(.ipv6, "address")],
            29: [field(.location, "latitude longitude altitude [size [precision...]]")],
            30: [name("next"), field(.oldTypeBitmap, "types")], 31: [hex("endpoint", 1)],
            32: [hex("locator", 1)],
            33: [u16("priority"), u16("weight"), u16("port"), name("target")],
            34: [field(.atmAddress, "address")],
            35: [
                u16("order"), u16("preference"), string("flags"), string("services"), string("regexp"),
                name("replacement"),
            ],
            36: [u16("preference"), name("exchanger")],
            37: [field(.certificateType, "type"), u16("key-tag"), algorithm, base64("certificate", 1)],
            38: [field(.addressChain, "data")], 39: [name("target")],
            40: [u8("meaning"), u8("coding"), u8("subcoding"), base64("[data]", 0)],
            42: [field(.addressPrefixes, "[prefix...]")], 43: delegation,
            44: [algorithmNumber, u8("fingerprint-type"), hex("fingerprint", 1)],
            45: [u8("precedence"), field(.gateway, "gateway-type algorithm gateway"), base64("[key]", 0)],
            46: signature, 47: [name("next"), field(.typeBitmap, "type...", 1)], 48: key,
            49: [base64("data", 1)],
            50: [
                u8("hash-algorithm"), u8("flags"), u16("iterations"), field(.salt, "salt"),
                field(.hashedOwner, "next"), field(.typeBitmap, "[type...]"),
            ],
            51: [u8("hash-algorithm"), u8("flags"), u16("iterations"), field(.salt, "salt")],
            52: certificate, 53: certificate, 55: [field(.hostIdentity, "algorithm hit key [server...]")],
            56: texts, 57: key, 58: [name("previous"), name("next")], 59: delegation, 60: key,
            61: [base64("key", 1)], 62: [u32("serial"), u16("flags"), field(.typeBitmap, "[type...]")],
            63: [u32("serial"), u8("scheme"), u8("hash-algorithm"), hex("digest", 12)],
            64: binding, 65: binding,
            66: [field(.type, "type"), field(.scheme, "scheme"), u16("port"), name("target")], 99: texts,
            104: [u16("preference"), field(.locator, "node-id")],
            105: [u16("preference"), field(.ipv4, "locator")],
            106: [u16("preference"), field(.locator, "locator")], 107: [u16("preference"), name("target")],
            108: [field(.eui48, "address")], 109: [field(.eui64, "address")],
            256: [u16("priority"), u16("weight"), field(.text, "target", 1)],
            257: [u8("flags"), field(.tag, "tag"), field(.text, "value")], 258: texts,
            259: [u32("enterprise"), u32("type"), u8("location"), string("media-type"), base64("[data]", 0)],
            260: [u8("precedence"), field(.relay, "discovery type relay")], 261: texts, 262: texts,
            32768: delegation, 32769: delegation,
        ]
        return types.mapValues { RecordLayout(fields: $0) }
    }()

    private static let algorithm = field(.algorithm, "algorithm")
    private static let algorithmNumber = u8("algorithm")

    private static func field(_ kind: Kind, _ name: String, _ minimum: Int = 0) -> Field {
        Field(kind: kind, name: name, minimum: minimum)
    }
    private static func compressed(_ name: String) -> Field { field(.compressibleName, name) }
    private static func name(_ name: String) -> Field { field(.name, name) }
    private static func u8(_ name: String) -> Field { field(.u8, name) }
    private static func u16(_ name: String) -> Field { field(.u16, name) }
    private static func u32(_ name: String) -> Field { field(.u32, name) }
    private static func period(_ name: String) -> Field { field(.period, name) }
    private static func string(_ name: String) -> Field { field(.string, name) }
    private static func hex(_ name: String, _ minimum: Int) -> Field { field(.hex, name, minimum) }
    private static func base64(_ name: String, _ minimum: Int) -> Field { field(.base64, name, minimum) }
}
