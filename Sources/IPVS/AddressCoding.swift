import Addresses
import Netlink

extension AddressFamily {
    /// The kernel's number of the family.
    var number: UInt16 { self == .v4 ? FamilyNumber.v4 : FamilyNumber.v6 }

    /// The family of a number; nil for one that isn't known.
    init?(number: UInt16) {
        switch number {
        case FamilyNumber.v4: self = .v4
        case FamilyNumber.v6: self = .v6
        default: return nil
        }
    }
}

extension IPAddress {
    /// Sixteen octets, of which an IPv4 address takes the first four.
    var union: [UInt8] { bytes + repeatElement(0, count: 16 - bytes.count) }

    /// The address of a family in the form of `union`; nil if there are too few octets.
    init?(union: ArraySlice<UInt8>, family: AddressFamily) {
        self.init(bytes: union.prefix(family.bits / 8))
    }
}
