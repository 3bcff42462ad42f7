using System.Collections.Immutable;
using Rx.Values;

namespace Rx.Qmp.Testing;

/// <summary>What kind of server a <see cref="FakeQmpServer"/> is. Immutable.</summary>
public sealed record FakeQmpOptions
{
    private readonly ListField<string> _capabilities = ImmutableArray.Create("oob");

    /// <summary>True (default): the server greets each client and negotiates as QEMU does; <see cref="FakeQmpServer.Answer"/> sees
    /// only what comes after. False: it sends and answers nothing but what it is told, the handshake included.</summary>
    public bool Negotiates { get; init; } = true;

    /// <summary>False: no greeting comes although everything else works.</summary>
    public bool SendsGreeting { get; init; } = true;

    /// <summary>Text in front of the greeting, such as an event that was under way.</summary>
    public string BeforeGreeting { get; init; } = string.Empty;

    /// <summary>The version it greets with.</summary>
    public QmpVersion Version { get; init; } = new(7, 2, 22);

    /// <summary>The packager's text it greets with.</summary>
    public string Package { get; init; } = "fake";

    /// <summary>The capabilities on offer. Of these only oob changes what it does.</summary>
    public ImmutableArray<string> Capabilities { get => _capabilities; init => _capabilities = value; }

    /// <summary>How it writes the messages it composes itself.</summary>
    public FakeQmpStyle Style { get; init; }

    /// <summary>In which order it runs commands.</summary>
    public FakeQmpDispatch Dispatch { get; init; }

    /// <summary>Most bytes of one write; 1: every byte on its own. Over a real socket the kernel may put writes together again.</summary>
    public int MaxWriteBytes { get; init; } = int.MaxValue;

    /// <summary>True (default): over an in-memory connection whoever waits continues inside the call that supplied the bytes, so that a
    /// whole conversation runs on one thread. False: on the thread pool.</summary>
    public bool Inline { get; init; } = true;

    /// <summary>Bytes an in-memory connection holds in each direction before a write has to wait.</summary>
    public int Capacity { get; init; } = 64 * 1024;

    internal string GreetingText => QmpText.Greeting(Version.Major, Version.Minor, Version.Micro, Package, Capabilities);

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(BeforeGreeting);
        ArgumentNullException.ThrowIfNull(Package);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWriteBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Capacity, 1);
        ArgumentOutOfRangeException.ThrowIfEqual(Capabilities.IsDefault, true);
    }
}
