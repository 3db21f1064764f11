internal import Control
internal import Director
internal import Foundation
internal import IPVS

extension Core {
    /// Where another backend carries the packets now, takes away what an earlier process left in the kernel's table:
    /// it would go on taking them.
    func clearKernel() async {
        guard await controller.hasInheritance else { return }
        // A module that isn't loaded has no table, and need not be loaded to see that.
        guard FileManager.default.fileExists(atPath: "/proc/net/ip_vs") else {
            return await controller.forgetInheritance()
        }
        do {
            let kernel = try KernelTable()
            await controller.removeInheritance(from: kernel)
            await kernel.close()
        } catch {
            let text = "virtual servers of an earlier start may still be in the kernel's table: \(error)"
            log.write(.warning, "table", text)
        }
    }
}
