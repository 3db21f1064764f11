internal import Dispatch
internal import Foundation
internal import Sockets

/// Orders outlive the process.
extension Controller {
    /// What writes orders into a file.
    static func orderSaver(_ file: StoredFile, on disk: DispatchQueue) -> Saver<OrderBook> {
        Saver(file.path, on: disk) { book in
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            guard let data = try? encoder.encode(book) else { return "write \(file.path): not to be encoded" }
            return file.write(Array(data), isSynced: true)
        }
    }

    /// Has the orders saved that are not saved yet, beside all else, and says what keeps them from it.
    func saveOrders() {
        guard let orderSaver else { return }
        if book != givenBook || orderSaver.hasFailed {
            givenBook = book
            orderSaver.give(book)
        }
        noteOrderTrouble()
    }

    private func noteOrderTrouble() {
        guard let orderSaver else { return }
        let trouble = orderSaver.trouble(after: Self.savingPatience)
        if let trouble, trouble != orderTrouble {
            report(
                Occurrence(
                    .error, "orders", "\(trouble); a restart will forget them unless they can be saved later"))
        }
        if trouble == nil, orderTrouble != nil { report(Occurrence(.info, "orders", "saved after all")) }
        orderTrouble = trouble
    }

    /// Waits until all that is to be saved is saved or can't be, but no longer than a disk may take that is well.
    func awaitDisk() async {
        _ = await disk.value(within: Self.savingPatience) {}
        noteOrderTrouble()
        noteStateTrouble()
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
