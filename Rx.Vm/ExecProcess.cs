using Rx.Vm.Guest;
using Rx.Vm.Pods;

namespace Rx.Vm;

/// <summary>A further process in a running container, started by <see cref="VirtualMachine.ExecAsync"/>.</summary>
public sealed class ExecProcess
{
    private readonly VirtualMachine _vm;

    internal ExecProcess(VirtualMachine vm, ProcessStreams streams)
    {
        _vm = vm;
        Streams = streams;
    }

    /// <summary>Its streams.</summary>
    public ProcessStreams Streams { get; }

    /// <summary>
    /// Completes when the process has ended and its last output has come, read or not, with its exit code as the guest reported it: 128 + n
    /// when signal n killed it; null when the code was lost with the machine or the guest reports none. Never fails.
    /// </summary>
    public Task<int?> ExitCode => ExitCodeAsync();

    /// <summary>
    /// Completes as soon as the process has ended, whatever of its output is still on its way (a guest that does not tell ends apart from
    /// streams: as <see cref="ExitCode"/>); null when that was lost with the machine. Never fails.
    /// </summary>
    public Task<ProcessExit?> Exit => ExitAsync();

    /// <summary>
    /// Sends it a signal. SIGKILL reaches every process that it started (in a hyperstart itself alone), any other signal itself
    /// alone. Completes when the guest has sent it;
    /// <see cref="Exit"/> tells the end. A process that has ended already is as good as signalled.
    /// </summary>
    /// <param name="signal">The Linux signal number, 1 to 64.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="VmRefusedException">The pod is being stopped, the machine is on its way out, or too many calls wait.</exception>
    /// <exception cref="VmFailedException">The guest can't signal execs.</exception>
    public async Task KillAsync(int signal = 9, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(signal, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(signal, 64);
        if (Ended)
        {
            return;
        }

        try
        {
            await _vm.SignalExecAsync(Streams.MainSession, signal, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is VmRefusedException or VmFailedException && Ended)
        {
            // It ended while it was asked for: with its container or its machine.
        }
    }

    private bool Ended => Streams.TellsEnd ? Streams.HasExited : Streams.MainEnd.IsCompleted;

    private async Task<int?> ExitCodeAsync()
    {
        var end = await Streams.MainEnd.ConfigureAwait(false);
        return Streams.TellsEnd ? (await Streams.Exit.ConfigureAwait(false))?.Code : end.ExitCode;
    }

    private async Task<ProcessExit?> ExitAsync() => Streams.TellsEnd
        ? await Streams.Exit.ConfigureAwait(false)
        : (await Streams.MainEnd.ConfigureAwait(false)).ExitCode is { } code ? new ProcessExit(code) : null;
}
