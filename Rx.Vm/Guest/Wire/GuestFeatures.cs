using System.Text.Json;

namespace Rx.Vm.Guest.Wire;

/// <summary>Who the guest's init is and what it announced. A value: equal when equal in every part.</summary>
/// <param name="Init">The init's name as sent, at most 64 characters, unsanitised; empty for a guest that sent nothing.</param>
/// <param name="Version">The version of its additions.</param>
/// <param name="Flags">What it can do.</param>
internal sealed record GuestFeatures(string Init, int Version, GuestFeature Flags)
{
    private static readonly (string Name, GuestFeature Flag)[] Names =
    [
        ("pipes", GuestFeature.Pipes), ("user", GuestFeature.User), ("serial-disk", GuestFeature.SerialDisk),
        ("overlay", GuestFeature.Overlay), ("exit-frame", GuestFeature.ExitFrame), ("stdin-eof", GuestFeature.StdinEof),
        ("signal", GuestFeature.Signal), ("wide", GuestFeature.Wide), ("window", GuestFeature.Window),
        ("exec-signal", GuestFeature.ExecSignal), ("ends", GuestFeature.Ends), ("ids", GuestFeature.Ids),
    ];

    /// <summary>A guest that announced nothing: the 2015 protocol only.</summary>
    public static GuestFeatures None { get; } = new("", 0, GuestFeature.None);

    /// <summary>Control bytes that the host may have sent without credit for them.</summary>
    public int ControlWindow => Has(GuestFeature.Wide) ? WireLimits.WideControlWindow : WireLimits.ControlWindow;

    /// <summary>Most bytes of input in one frame to a session.</summary>
    public int InputFrame => Has(GuestFeature.Wide) ? WireLimits.WideTtyPayloadToGuest
        : this == None ? WireLimits.OldInput : WireLimits.TtyPayloadToGuest;

    /// <summary>Whether every one of <paramref name="wanted"/> was announced.</summary>
    public bool Has(GuestFeature wanted) => (Flags & wanted) == wanted;

    /// <summary>One line for a log or journal. A record's own text reflects over it, which needs a deep stack.</summary>
    public string Describe() => this == None ? "hyperstart of 2015" : $"init {Init}, version {Version}: "
        + (Flags == GuestFeature.All ? "all features" : string.Join(", ", Names.Where(n => Has(n.Flag)).Select(n => n.Name)));

    /// <summary>One line that names every one of <paramref name="wanted"/> that was not announced, or null when all were.</summary>
    public string? Lacking(GuestFeature wanted)
    {
        var missing = Array.FindAll(Names, n => (wanted & n.Flag) != 0 && !Has(n.Flag));
        return missing.Length == 0 ? null : $"the guest lacks {string.Join(", ", missing.Select(n => n.Name))}";
    }

    /// <summary>
    /// Reads a READY payload. Empty is <see cref="None"/>; anything that isn't the documented JSON is an error text, never a throw.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out GuestFeatures features, out string error)
    {
        features = None;
        error = "";
        if (payload.IsEmpty)
        {
            return true;
        }

        if (payload.Length > WireLimits.ReadyPayload)
        {
            error = $"READY payload of {payload.Length} bytes is over the limit of {WireLimits.ReadyPayload}";
            return false;
        }

        try
        {
            if (JsonSerializer.Deserialize(payload, WireJson.Default.ReadyPayload) is { } ready)
            {
                features = From(ready);
                return true;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A lone surrogate surfaces as InvalidOperationException, not as JsonException.
        }

        error = "READY payload is not the features JSON";
        return false;
    }

    /// <summary>The READY payload that announces these features.</summary>
    public byte[] ToPayload() => JsonSerializer.SerializeToUtf8Bytes(
        new ReadyPayload { Init = Init, Version = Version, Features = [.. Names.Where(n => Has(n.Flag)).Select(n => n.Name)] },
        WireJson.Default.ReadyPayload);

    private static GuestFeatures From(ReadyPayload ready)
    {
        var flags = GuestFeature.None;
        foreach (var (name, flag) in Names)
        {
            flags |= Array.IndexOf(ready.Features, name) >= 0 ? flag : 0;
        }

        return new(ready.Init[..Math.Min(ready.Init.Length, 64)], ready.Version, flags);
    }
}
