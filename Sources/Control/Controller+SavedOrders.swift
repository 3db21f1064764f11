internal import Foundation

/// Orders outlive the process.
extension Controller {
    /// Saves the orders that are not saved yet.
    func saveOrders() {
        guard let orderFile else { return }
        guard lastSavedBook != book else {
            orderTrouble = nil
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        guard let data = try? encoder.encode(book) else { return }
        if let trouble = orderFile.write(Array(data), isSynced: true) {
            if trouble != orderTrouble {
                report(
                    Occurrence(
                        .error, "orders",
                        "\(trouble); a restart will forget them unless they can be saved later"))
            }
            orderTrouble = trouble
            return
        }
        if orderTrouble != nil { report(Occurrence(.info, "orders", "saved after all")) }
        orderTrouble = nil
        lastSavedBook = book
    }

    /// What a file of orders came to.
    struct StoredOrders {
        /// The orders that it holds.
        var book = OrderBook()
        /// What is wrong with it, in words.
        var trouble: String?
        /// Whether orders may be written there.
        var isWritable = true
    }

    /// Reads a file of orders. One that can't be understood is kept aside, so that none of ours takes its place.
    static func orders(in file: StoredFile) -> StoredOrders {
        let unsaved = "no order is saved before swerved is started again"
        switch file.read(maximumSize: StateFile.maximumSize) {
        case .absent: return StoredOrders()
        // Perhaps there is nothing wrong with what it holds.
        case .unreadable(let text):
            return StoredOrders(trouble: "\(text): no order in it holds; \(unsaved)", isWritable: false)
        case .bytes(let bytes):
            if let book = try? JSONDecoder().decode(OrderBook.self, from: Data(bytes)) {
                return StoredOrders(book: book)
            }
        }
        let text = "\(file.path) can't be understood: no order in it holds"
        switch file.setAside() {
        case .success(let path): return StoredOrders(trouble: "\(text); it is kept as \(path)")
        case .failure(let failure):
            return StoredOrders(
                trouble: "\(text); \(failure.text): \(unsaved)", isWritable: false)
        }
    }
}
