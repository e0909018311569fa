// SPDX-License-Identifier: Apache-2.0

extension Command {
    /// Pure: the environment is a parameter.
    package func parse(
        _ words: some Sequence<String>,
        environment: [String: String]
    ) throws(UsageError) -> Invocation {
        var invocation = Invocation()
        var words = words.makeIterator()
        var onlyArguments = false
        while let word = words.next() {
            if onlyArguments || word == "-" || !word.hasPrefix("-") {
                invocation.arguments.append(word)
            } else if word == "--" {
                onlyArguments = true
            } else {
                try parseOption(word, &words, &invocation)
            }
        }
        try complete(&invocation, environment)
        return invocation
    }

    private func parseOption(
        _ word: String,
        _ words: inout some IteratorProtocol<String>,
        _ invocation: inout Invocation
    ) throws(UsageError) {
        let (option, attached) = try find(word)
        guard case .value = option.kind else {
            if attached != nil { throw UsageError("--\(option.name) does not take a value") }
            invocation.values[option.name] = [""]
            return
        }
        guard let value = attached ?? words.next() else { throw UsageError("--\(option.name) needs a value") }
        if !option.isRepeated, invocation.values[option.name] != nil {
            throw UsageError("--\(option.name) is given twice")
        }
        invocation.values[option.name, default: []].append(value)
    }

    /// `--name`, `--name=value`, `-n` or `-nvalue`.
    private func find(_ word: String) throws(UsageError) -> (option: Option, attached: String?) {
        if word.hasPrefix("--") {
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let option = options.first(where: { $0.name == parts[0] }) else {
                throw UsageError("Unknown option --\(parts[0])")
            }
            return (option, parts.count > 1 ? String(parts[1]) : nil)
        }
        let letters = word.dropFirst()
        guard let option = options.first(where: { $0.short == letters.first }) else {
            throw UsageError("Unknown option -\(letters.prefix(1))")
        }
        return (option, letters.count > 1 ? String(letters.dropFirst()) : nil)
    }

    /// What was not typed comes from the environment, then from the default.
    private func complete(_ invocation: inout Invocation, _ environment: [String: String]) throws(UsageError) {
        for option in options where invocation.values[option.name] == nil {
            if let name = option.environment, let value = environment[name] {
                invocation.values[option.name] = [value]
            } else if let fallback = option.fallback {
                invocation.values[option.name] = [fallback]
            } else if option.isRequired {
                throw UsageError("--\(option.name) is required")
            }
        }
        let required = arguments.prefix { !$0.hasPrefix("[") && !$0.hasSuffix("…") }
        if invocation.arguments.count < required.count {
            throw UsageError("The argument \(required[invocation.arguments.count]) is missing")
        }
        if invocation.arguments.count > arguments.count, arguments.last?.hasSuffix("…") != true {
            throw UsageError("Unexpected argument \"\(invocation.arguments[arguments.count])\"")
        }
    }
}
