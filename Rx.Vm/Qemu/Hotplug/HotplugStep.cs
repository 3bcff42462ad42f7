using System.Runtime.InteropServices;
using System.Text.Json;
using Rx.Qmp;

namespace Rx.Vm.Qemu;

/// <summary>
/// One QMP command of a hot-plug, as data: run in order, each after the reply of the one before it. A command must never be repeated:
/// when one fails, the <see cref="Undo"/>s of those before it are run in reverse, and the first error is the one to report.
/// </summary>
/// <param name="Execute">The command's name.</param>
/// <param name="Arguments">Its arguments, one compact JSON object: on QEMU's monitor every byte costs.</param>
public sealed record HotplugStep(string Execute, string Arguments)
{
    /// <summary>
    /// When set, the step is only done once <c>DEVICE_DELETED</c> came for this device id; listen before sending.
    /// <c>DEVICE_UNPLUG_GUEST_ERROR</c> for it fails the step.
    /// </summary>
    public string? AwaitDeleted { get; init; }

    /// <summary>An open file that goes with the command; null for none. It must stay open until the reply.</summary>
    public SafeHandle? File { get; init; }

    /// <summary>Takes this step back; null when there is nothing to take back.</summary>
    public HotplugStep? Undo { get; init; }

    /// <summary>The step as a command for the QMP client.</summary>
    public QmpCommand ToCommand()
    {
        var command = QmpCommand.Create(Execute, writer =>
        {
            using var arguments = JsonDocument.Parse(Arguments);
            foreach (var member in arguments.RootElement.EnumerateObject())
            {
                member.WriteTo(writer);
            }
        });
        return File is null ? command : command.WithFile(File);
    }
}
