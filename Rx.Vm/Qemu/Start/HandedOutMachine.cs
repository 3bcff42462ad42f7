using Rx.Qmp.Isolation;

namespace Rx.Vm.Qemu;

/// <summary>
/// A machine as a driver handed it out, so that the driver can do no harm. All that can be read of it was read once, when it was taken over;
/// what is asked of it later throws nothing and holds up nobody.
/// </summary>
internal sealed class HandedOutMachine
{
    // The folding thread waits for it; while an answer is late no other is asked for, so one that hangs is waited for once.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly IMachine _inner;
    private readonly bool _inline;
    private volatile Task<TimeSpan?>? _telling;

    private HandedOutMachine(IMachine inner, bool inline)
    {
        _inner = inner;
        _inline = inline;
        Description = inner.Description ?? "";
        Identity = inner.Identity;
        Confinement = inner.Confinement;
        Qmp = Wrap(inner.Qmp, "there is no monitor");
        Control = Wrap(inner.Control, "there is no control channel");
        Tty = Wrap(inner.Tty, "there is no channel for streams");
        Console = Wrap(inner.Console, "there is no console");
        Exited = WatchAsync(inner.Exited ?? throw new InvalidDataException("its end can't be watched"));
    }

    public string Description { get; }

    public ProcessIdentity? Identity { get; }

    public Confinement? Confinement { get; }

    public Stream Qmp { get; }

    public Stream Control { get; }

    public Stream Tty { get; }

    public Stream Console { get; }

    /// <summary>Completes when the process was seen gone, or the driver has lost sight of it; never faults.</summary>
    public Task<MachineExit> Exited { get; }

    /// <summary>What the process has used of processors; null when the driver doesn't tell, or not soon.</summary>
    public TimeSpan? ProcessorTime
    {
        get
        {
            try
            {
                // Our own is prompt. Another's is asked elsewhere: a pool that is short of threads may be late with it.
                if (_inline || _inner is QemuMachine)
                {
                    return _inner.ProcessorTime;
                }

                if (_telling is { IsCompleted: false })
                {
                    return null;
                }

                var telling = Task.Run(() => _inner.ProcessorTime);
                _telling = telling;
                return telling.Wait(Soon) ? telling.Result : null;
            }
            catch (Exception)
            {
                return null;
            }
        }
    }

    /// <summary>Takes over what a driver handed out.</summary>
    /// <exception cref="MachineStartException">It is no machine; what there is of it is being disposed of.</exception>
    public static HandedOutMachine Take(IMachine? machine, string id, bool inline)
    {
        if (machine is null)
        {
            throw new MachineStartException(id, MachineStartFailure.Driver, "the driver handed out no machine");
        }

        try
        {
            return new HandedOutMachine(machine, inline);
        }
        catch (Exception fault)
        {
            _ = DisposeQuietlyAsync(machine, inline);
            throw new MachineStartException(
                id, MachineStartFailure.Driver, $"the machine that the driver handed out is no use: {SafeText.Of(fault)}", inner: fault);
        }
    }

    /// <summary>Kills the process. Returns at once, throws nothing.</summary>
    /// <param name="failed">Hears that it could not be killed.</param>
    public void Kill(Action<Exception> failed) => Foreign.Start(_inline, _inner.Kill, failed);

    /// <summary>Tells the driver that the guest never got ready. Returns at once, throws nothing.</summary>
    /// <param name="driver">The driver.</param>
    /// <param name="spec">What was started.</param>
    /// <param name="reason">One line for the record.</param>
    /// <param name="failed">Hears what the driver threw.</param>
    public void TellBootFailed(IMachineDriver driver, MachineSpec spec, string reason, Action<Exception> failed) =>
        Foreign.Start(_inline, () => driver.BootFailed(spec, _inner, reason), failed);

    /// <summary>Tells the driver that the guest has got ready. Returns at once, throws nothing.</summary>
    /// <param name="driver">The driver.</param>
    /// <param name="spec">What was started.</param>
    /// <param name="failed">Hears what the driver threw.</param>
    public void TellBooted(IMachineDriver driver, MachineSpec spec, Action<Exception> failed) =>
        Foreign.Start(_inline, () => driver.Booted(spec, _inner), failed);

    /// <summary>Kills the process and removes what it left. May take for ever, but never the caller's thread.</summary>
    /// <exception cref="Exception">Whatever the driver throws.</exception>
    public async Task DisposeAsync()
    {
        await Foreign.EnterAsync(_inline).ConfigureAwait(false);
        await _inner.DisposeAsync().ConfigureAwait(false);
    }

    private Stream Wrap(Stream? stream, string missing) =>
        ForeignStream.Wrap(stream ?? throw new InvalidDataException(missing), _inline);

    private static async Task DisposeQuietlyAsync(IMachine machine, bool inline)
    {
        try
        {
            await Foreign.EnterAsync(inline).ConfigureAwait(false);
            await machine.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The start has failed already, with a reason that says more.
        }
    }

    private static async Task<MachineExit> WatchAsync(Task<MachineExit> exited)
    {
        try
        {
            return await exited.ConfigureAwait(false)
                ?? MachineExit.Unknown("the driver did not say how");
        }
        catch (Exception fault)
        {
            return MachineExit.Unknown($"the driver lost sight of it: {SafeText.Of(fault)}");
        }
    }
}
