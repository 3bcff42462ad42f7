using System.Collections.Immutable;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Guest.Dialects;

/// <summary>One command in the words of one guest.</summary>
/// <param name="Code">What it is.</param>
/// <param name="Payload">What comes with it.</param>
/// <param name="IsAside">Its answer is the dialect's own business and nobody's who asked for something.</param>
internal readonly record struct GuestCommand(GuestCode Code, ReadOnlyMemory<byte> Payload = default, bool IsAside = false)
{
    /// <summary>The token of whatever is said aside.</summary>
    public const long AsideToken = long.MinValue;
}

/// <summary>Commands on their way.</summary>
internal static class GuestCommands
{
    /// <summary>Sends commands in order, up to the first that can't be: that is the verdict. None to send: the pod has ended.</summary>
    public static GuestSend Send(this GuestControl control, ImmutableArray<GuestCommand> commands, long token)
    {
        var sent = GuestSend.PodEnded;
        foreach (var command in commands)
        {
            sent = control.Send(command.Code, command.Payload, command.IsAside ? GuestCommand.AsideToken : token);
            if (sent != GuestSend.Queued)
            {
                break;
            }
        }

        return sent;
    }
}
