/// A property that takes no part in equality, such as the place where something is written: moving a
/// statement to another line changes nothing.
@propertyWrapper
public struct NotCompared<Value: Sendable>: Hashable, Sendable {
    /// The value.
    public var wrappedValue: Value

    /// Wraps a value.
    public init(wrappedValue: Value) {
        self.wrappedValue = wrappedValue
    }

    /// Always true.
    public static func == (_: Self, _: Self) -> Bool { true }

    /// Adds nothing.
    public func hash(into _: inout Hasher) {}
}
