using Rx.Vm.Guest;

namespace Rx.Vm;

/// <summary>A further process in a running container, started by <see cref="VirtualMachine.ExecAsync"/>.</summary>
public sealed class ExecProcess
{
    internal ExecProcess(ProcessStreams streams) => Streams = streams;

    /// <summary>Its streams.</summary>
    public ProcessStreams Streams { get; }

    /// <summary>
    /// Completes when the process has ended, with its exit code as the guest reported it: 128 + n when signal n killed it; null when the
    /// code was lost with the machine or the guest reports none. Never fails.
    /// </summary>
    public Task<int?> ExitCode => ExitCodeAsync();

    private async Task<int?> ExitCodeAsync() => (await Streams.MainEnd.ConfigureAwait(false)).ExitCode;
}
