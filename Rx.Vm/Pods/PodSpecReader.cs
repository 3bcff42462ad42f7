using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Rx.Vm.Pods;

/// <summary>
/// Reads pod specs strictly: a field that is unknown, or known but not honoured yet, is refused by name and never ignored, because a
/// spec whose policy is silently dropped runs something else than was asked for.
/// </summary>
internal static class PodSpecReader
{
    private const int MaxBytes = 1 << 20;
    private const int MaxDepth = 32;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly JsonDocumentOptions DocumentOptions = new()
    {
        MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    };

    private static readonly JsonReaderOptions ReaderOptions = new()
    {
        MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    };

    private static readonly ImmutableHashSet<string> LaterInPod =
    [
        "type", "dns", "dnsOptions", "dnsSearch", "log", "files", "volumes", "interfaces", "services", "portmappings", "portmappingWhiteLists",
    ];

    private static readonly ImmutableHashSet<string> LaterInContainer =
    [
        "id", "labels", "StopSignal", "stopSignal", "logPath", "cache", "sysctl", "ports", "volumes", "files", "ulimits",
    ];

    public static PodSpec Read(string json)
    {
        RefuseTooLong(json.Length);
        try
        {
            return Read(Strict.GetBytes(json));
        }
        catch (EncoderFallbackException)
        {
            throw new PodSpecException("", "is not valid Unicode");
        }
    }

    public static PodSpec Read(ReadOnlyMemory<byte> json)
    {
        RefuseTooLong(json.Length);
        json = json.Span.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json;
        if (!Utf8.IsValid(json.Span))
        {
            // Decoded with replacements it would be the spec of another command than was written.
            throw new PodSpecException("", $"is not UTF-8 (line {LineOfFault(json.Span)})");
        }

        try
        {
            if (JsonKeys.FindTwice(json.Span, ReaderOptions) is { } twice)
            {
                throw new PodSpecException(twice.Path, $"is there twice (the second time in line {twice.Line})");
            }

            using var document = JsonDocument.Parse(json, DocumentOptions);
            return ReadPod(new Node("", document.RootElement));
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped in a name.
            throw new PodSpecException("", "is not valid Unicode");
        }
        catch (JsonException e)
        {
            throw new PodSpecException("", $"not JSON: {FirstSentence(e.Message)} (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }
    }

    private static PodSpec ReadPod(Node pod)
    {
        var spec = new PodSpec { Containers = [] };
        foreach (var (name, node) in pod.Fields("a pod"))
        {
            spec = name switch
            {
                "id" => spec with { Id = node.Text() },
                "hostname" => spec with { Hostname = node.Text() },
                "tty" => spec with { Tty = node.Flag() },
                "labels" => spec with { Labels = node.Fields("labels").ToImmutableSortedDictionary(f => f.Name, f => f.Node.Text(), StringComparer.Ordinal) },
                "resource" => spec with { Resources = ReadResources(node) },
                "restartPolicy" or "RestartPolicy" => ReadRestartPolicy(spec, node),
                "containers" => spec with { Containers = [.. node.Items().Select(ReadContainer)] },
                _ => throw node.Unexpected(LaterInPod.Contains(name)),
            };
        }

        return spec;
    }

    private static PodResources ReadResources(Node resource)
    {
        var resources = new PodResources();
        foreach (var (name, node) in resource.Fields("resource"))
        {
            resources = name switch
            {
                "vcpu" => resources with { Vcpu = node.Number() },
                "memory" => resources with { Memory = node.Number() },
                _ => throw node.Unexpected(later: false),
            };
        }

        return resources;
    }

    private static T ReadRestartPolicy<T>(T spec, Node node) => node.Text() switch
    {
        "never" => spec,
        "always" or "onFailure" => throw node.Wrong("only 'never' is supported so far"),
        _ => throw node.Wrong("must be 'never'"),
    };

    private static ContainerSpec ReadContainer(Node container)
    {
        var spec = new ContainerSpec { Image = "" };
        foreach (var (name, node) in container.Fields("a container"))
        {
            spec = name switch
            {
                "name" => spec with { Name = node.Text() },
                "image" => spec with { Image = node.Text() },
                "entrypoint" => spec with { Entrypoint = node.Texts() },
                "command" => spec with { Command = node.Texts() },
                "workdir" => spec with { Workdir = node.Text() },
                "tty" => spec with { Tty = node.Flag() },
                "readOnly" => spec with { ReadOnly = node.Flag() },
                "envs" => spec with { Envs = [.. node.Items().Select(ReadVariable)] },
                "user" => spec with { User = ReadUser(node) },
                "restartPolicy" => ReadRestartPolicy(spec, node),
                _ => throw node.Unexpected(LaterInContainer.Contains(name)),
            };
        }

        return spec;
    }

    private static ContainerVariable ReadVariable(Node variable)
    {
        string? env = null, value = null;
        foreach (var (name, node) in variable.Fields("an environment entry"))
        {
            _ = name switch
            {
                "env" => env = node.Text(),
                "value" => value = node.Text(),
                _ => throw node.Unexpected(later: false),
            };
        }

        return new ContainerVariable(env ?? throw variable.Wrong("'env' is missing"), value ?? "");
    }

    private static ContainerUser ReadUser(Node user)
    {
        string? userName = null, group = null;
        ImmutableArray<string> groups = [];
        foreach (var (name, node) in user.Fields("a user"))
        {
            switch (name)
            {
                case "name": userName = node.Text(); break;
                case "group": group = node.Text(); break;
                case "additionalGroups": groups = node.Texts(); break;
                default: throw node.Unexpected(later: false);
            }
        }

        return new ContainerUser(userName ?? throw user.Wrong("'name' is missing"), group, groups);
    }

    private static void RefuseTooLong(int length)
    {
        if (length > MaxBytes)
        {
            throw new PodSpecException("", $"is longer than {MaxBytes} bytes");
        }
    }

    private static int LineOfFault(ReadOnlySpan<byte> text)
    {
        var rest = text;
        while (Rune.DecodeFromUtf8(rest, out _, out var used) == OperationStatus.Done)
        {
            rest = rest[used..];
        }

        return JsonKeys.LineAt(text, text.Length - rest.Length);
    }

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    // A JSON value that knows its path, so that every complaint names the field.
    private readonly record struct Node(string Path, JsonElement Value)
    {
        public IEnumerable<(string Name, Node Node)> Fields(string what)
        {
            if (Value.ValueKind != JsonValueKind.Object)
            {
                throw Wrong($"{what} must be an object");
            }

            var path = Path;
            return Value.EnumerateObject().Select(p => (p.Name, new Node(path.Length == 0 ? p.Name : $"{path}.{p.Name}", p.Value)));
        }

        public IEnumerable<Node> Items()
        {
            if (Value.ValueKind != JsonValueKind.Array)
            {
                throw Wrong("must be a list");
            }

            var path = Path;
            return Value.EnumerateArray().Select((item, i) => new Node($"{path}[{i}]", item));
        }

        public string Text()
        {
            if (Value.ValueKind != JsonValueKind.String)
            {
                throw Wrong("must be a text");
            }

            try
            {
                return Value.GetString()!;
            }
            catch (InvalidOperationException)
            {
                throw Wrong("is not valid Unicode"); // a lone surrogate
            }
        }

        public ImmutableArray<string> Texts() => [.. Items().Select(item => item.Text())];

        public bool Flag() => Value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong("must be true or false"),
        };

        public int Number() => Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number)
            ? number
            : throw Wrong(IsWhole() ? $"must be from {int.MinValue} to {int.MaxValue}" : "must be a whole number");

        private bool IsWhole() => Value.ValueKind == JsonValueKind.Number && !Value.GetRawText().AsSpan().ContainsAny(".eE");

        public PodSpecException Wrong(string problem) => new(Path, problem);

        public PodSpecException Unexpected(bool later) => new(Path, later ? "is not supported yet" : "unknown field");
    }
}
