using System.Buffers.Binary;
using System.Collections.Immutable;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Guest.Dialects;

/// <summary>
/// Finds out who the guest is. Our own says so with READY. One that says nothing is asked for its version, which a guest of 2015 refuses to tell;
/// until it has answered it is not ready for anybody.
/// </summary>
/// <param name="control">The channel that the question goes out by.</param>
/// <param name="chosen">Told the dialect, before READY is.</param>
internal sealed class GuestNegotiation(GuestControl control, Action<GuestDialect> chosen)
{
    private GuestDialect? _dialect;
    private bool _isLost;

    /// <summary>What <paramref name="message"/> means, in order. On the reader of the control channel, one at a time.</summary>
    public ImmutableArray<GuestMessage> Hear(GuestMessage message)
    {
        if (_isLost)
        {
            return [];
        }

        var told = message switch
        {
            GuestReady ready when ready.Features == GuestFeatures.None => Ask(),
            GuestReady ready => Choose(new OwnDialect(ready.Features)),
            GuestRefused { Code: GuestCode.GetVersion } => Choose(new Hyper2015Dialect()),
            GuestAcked { Code: GuestCode.GetVersion } acked => Versioned(acked.Payload.Span),
            _ => _dialect?.Hear(message) ?? [message],
        };
        _isLost = told is [.., GuestLost];
        return told;
    }

    private ImmutableArray<GuestMessage> Ask() => control.Send(GuestCode.GetVersion, default, GuestCommand.AsideToken) == GuestSend.Queued
        ? []
        : [Foreign("it can't be asked for its version")];

    private ImmutableArray<GuestMessage> Versioned(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != 4)
        {
            return [Foreign($"its version has {payload.Length} bytes instead of 4")];
        }

        var version = BinaryPrimitives.ReadUInt32BigEndian(payload);
        return version == Hyper2018Dialect.Version
            ? Choose(new Hyper2018Dialect())
            : [Foreign($"it speaks version {version} of hyperstart's protocol, and this host {Hyper2018Dialect.Version}, or none as in 2015")];
    }

    private ImmutableArray<GuestMessage> Choose(GuestDialect dialect)
    {
        _dialect = dialect;
        control.Adopt(dialect.Features);
        chosen(dialect);
        return [new GuestReady(dialect.Features)];
    }

    private static GuestLost Foreign(string why) => new(GuestLossKind.Protocol, $"the guest can't be spoken to: {why}");
}
