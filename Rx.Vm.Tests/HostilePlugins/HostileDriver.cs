using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.HostilePlugins;

/// <summary>A driver of sound machines that misbehaves, as do its machines and their streams, at one place.</summary>
internal sealed class HostileDriver(IMachineDriver inner, HostileAct act) : IMachineDriver
{
    public MachineNeeds Needs => inner.Needs;

    public ValueTask<IMachine> StartAsync(MachineSpec spec, CancellationToken ct = default) => act.Do(
        "StartAsync",
        () => new ValueTask<IMachine>(act.DoAsync<IMachine>("StartAsync", async () =>
        {
            var machine = await inner.StartAsync(spec, ct);
            return act.Do<IMachine>("Machine", () => new Machine(machine, act));
        })));

    public ValueTask<IMachine?> AttachAsync(MachineRecord record, CancellationToken ct = default) => inner.AttachAsync(record, ct);

    public void BootFailed(MachineSpec spec, IMachine machine, string reason) => act.Do("BootFailed", () => true);

    public void Booted(MachineSpec spec, IMachine machine) => act.Do("Booted", () => true);

    private sealed class Machine(IMachine inner, HostileAct act) : IMachine
    {
        private readonly Dictionary<string, Stream> _streams = [];

        public string Description => act.Do("Description", () => inner.Description);

        public ProcessIdentity? Identity => act.Do("Identity", () => inner.Identity);

        public MachineRecord? Record => act.Do("Record", () => inner.Record);

        public Confinement? Confinement => act.Do("Confinement", () => inner.Confinement);

        public TimeSpan? ProcessorTime => act.Do("ProcessorTime", () => inner.ProcessorTime);

        public Stream Qmp => Of("Qmp", () => inner.Qmp);

        public Stream Control => Of("Control", () => inner.Control);

        public Stream Tty => Of("Tty", () => inner.Tty);

        public Stream Console => Of("Console", () => inner.Console);

        public Task<MachineExit> Exited => act.Do("Exited", () => act.DoAsync("Exited", () => inner.Exited));

        public void Kill() => act.Do("Kill", () =>
        {
            inner.Kill();
            return true;
        });

        public ValueTask DetachAsync() => inner.DetachAsync();

        public ValueTask DisposeAsync() => act.Do("DisposeAsync", () => new ValueTask(act.DoAsync("DisposeAsync", async () =>
        {
            await inner.DisposeAsync();
            return true;
        })));

        private Stream Of(string name, Func<Stream> stream) => act.Do(name, () =>
        {
            lock (_streams)
            {
                return _streams.TryGetValue(name, out var known) ? known : _streams[name] = new HostileStream(stream(), name, act);
            }
        });
    }

    private sealed class HostileStream(Stream inner, string name, HostileAct act) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => act.Do(
            name + ".ReadAsync",
            () => new ValueTask<int>(act.DoAsync(name + ".ReadAsync", () => inner.ReadAsync(buffer, cancellationToken).AsTask())));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => act.Do(
            name + ".WriteAsync",
            () => new ValueTask(act.DoAsync(name + ".WriteAsync", async () =>
            {
                await inner.WriteAsync(buffer, cancellationToken);
                return true;
            })));

        public override ValueTask DisposeAsync() => act.Do(name + ".Dispose", () => new ValueTask(act.DoAsync(name + ".Dispose", async () =>
        {
            await inner.DisposeAsync();
            return true;
        })));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                act.Do(name + ".Dispose", () =>
                {
                    inner.Dispose();
                    return true;
                });
            }
        }
    }
}
