extension LdirectordTranslation {
    /// What is done besides when something changes at a virtual server.
    func reactions(_ virtual: LdirectordFile.Virtual) -> ReactionSettings {
        var reactions = ReactionSettings()
        reactions.fallbackCommand = (virtual.common.fallbackCommand ?? file.common.fallbackCommand)?.value
        reactions.monitorFile = virtual.monitorFile?.value
        reactions.mail = mail(virtual)
        return reactions
    }

    private func mail(_ virtual: LdirectordFile.Virtual) -> MailSettings? {
        let (own, global) = (virtual.common, file.common)
        guard let written = own.emailAlert ?? global.emailAlert else { return nil }
        let recipients = written.value.split { $0 == "," || $0.isWhitespace }.map(String.init)
        for recipient in recipients + [file.emailAlertFrom?.value ?? ""] where !recipient.isEmpty {
            if !MailSettings.isAddress(recipient) {
                reading.error("'\(recipient)' is no address for mail", at: written.place)
            }
        }
        if recipients.isEmpty { return nil }
        var mail = MailSettings(to: recipients)
        mail.sender = file.emailAlertFrom?.value
        if let seconds = (own.emailAlertFrequency ?? global.emailAlertFrequency)?.value, seconds > 0 {
            mail.reminder = .seconds(seconds)
        }
        if let words = (own.emailAlertStatus ?? global.emailAlertStatus)?.value, !words.contains("all") {
            mail.occasions = Set(words.compactMap { MailSettings.Occasion(rawValue: $0) })
        }
        mail.server = (own.smtp ?? global.smtp)?.value
        mail.serviceName = virtual.serviceName?.value ?? ""
        mail.comment = virtual.comment?.value ?? ""
        return mail
    }
}

extension MailSettings {
    /// Whether a text can stand between `<` and `>` in a mail server's language.
    static func isAddress(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"<>\"\\".utf8.contains($0) }
    }
}
