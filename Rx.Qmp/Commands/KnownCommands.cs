using System.Reactive;
using Rx.Qmp.Protocol;

namespace Rx.Qmp;

/// <summary>Commands without arguments that the client itself sends, encoded once.</summary>
internal static class KnownCommands
{
    public static QmpCommand<Unit> Quit { get; } = new Quit().Encode();

    public static QmpCommand<Unit> SystemPowerdown { get; } = new SystemPowerdown().Encode();
}
