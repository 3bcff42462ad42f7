using System.Collections.Immutable;
using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using System.Security.Cryptography;
using DynamicData;
using Rx.Qmp.Isolation;
using Rx.Vm.Effects;
using Rx.Vm.Fleet;
using Rx.Vm.Images;
using Rx.Vm.Images.Boot;
using Rx.Vm.Journal;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Sources;
using Serilog;

namespace Rx.Vm;

/// <summary>
/// Makes virtual machines, owns them, and shows all of them as one live list. It is an object of this process, not a service: disposing it
/// shuts every machine down and waits until they have gone.
/// </summary>
public sealed class VmHost : IAsyncDisposable
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    // For what machines that have gone leave in queues. Neither a disk nor a follower that hangs may keep a program from ending.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // Guards the next two: a host that is disposed of takes no machine any more, and sees every one it took. A machine that is being made
    // has its id already, and is null.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, VirtualMachine?> _machines = new(StringComparer.Ordinal);
    private bool _disposed;

    private readonly VmFleet _fleet;
    private readonly VmHostOptions _options;
    private readonly IMachineDriver _driver;
    private readonly Lazy<ImageStore> _images;
    private readonly JournalSet _journals;
    private readonly StartQueue _starts;
    private readonly long _bufferMemory;
    private readonly ILogger _log;

    private VmHost(VmHostOptions options, IMachineDriver driver)
    {
        _options = options;
        _driver = driver;
        _log = options.Logger!.ForContext<VmHost>();
        _images = new(() => new ImageStore(options.Images, options.Schedulers.Time, options.Logger));
        _journals = new JournalSet(options.Journal, options.Schedulers, options.InlineContinuations);
        _fleet = new VmFleet(_log, options.InlineContinuations);
        _starts = Queue(options, driver);
        _bufferMemory = options.BufferMemory ?? MachineBuffers.DefaultMemory(driver.Needs);
    }

    /// <summary>
    /// The fleet: one item a machine, updated with every published state, removed when the machine has gone. Connecting delivers everything
    /// present first. Change sets are delivered one at a time on the notify scheduler's threads; completes when the host is disposed.
    /// </summary>
    public IObservableCache<VmState, string> Vms => _fleet.States;

    /// <summary>The imported images.</summary>
    /// <exception cref="ImageException">The store can't be opened, where the driver needed none so far.</exception>
    public ImageStore Images => _images.Value;

    /// <summary>Opens a host.</summary>
    /// <exception cref="ImageException">The image store, which the driver needs, can't be opened.</exception>
    /// <exception cref="RxVmException">An option is out of range.</exception>
    public static ValueTask<VmHost> OpenAsync(VmHostOptions? options = null, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        options ??= new VmHostOptions();
        options.Validate();
        options = options.Guarded();
        var host = new VmHost(options, options.Driver ?? Qemu(options));
        if (host._driver.Needs.HasFlag(MachineNeeds.Images))
        {
            _ = host.Images;
        }

        return ValueTask.FromResult(host);
    }

    /// <summary>
    /// Looks at what a host with these options needs: emulator and its confinement, accelerator, directories, descriptors, boot files,
    /// images. One finding each, the most basic first, and what to do about those that are not good; <c>rxvm doctor</c> prints them.
    /// Starts no machine and changes nothing but to make missing directories and, for a root host, the locks of the machines' users. Where
    /// there is no Linux, that is the one finding.
    /// </summary>
    /// <param name="options">The host; null for the defaults.</param>
    /// <param name="ct">Gives up a trial start of the emulator that takes too long.</param>
    public static Task<ImmutableArray<DoctorItem>> ProbeAsync(VmHostOptions? options = null, CancellationToken ct = default)
    {
        options ??= new VmHostOptions();
        var isLinux = OperatingSystem.IsLinux();
        return HostProbe.ExamineAsync(options, options.Driver ?? (isLinux ? Qemu(options) : null), isLinux, ct);
    }

    /// <summary>
    /// Makes a machine and boots it. Returns at once, but for the file of its journal, if it has one, which is made first: whatever else
    /// looks at a disk or starts a process happens on other threads, and a machine that can't be started ends with
    /// <see cref="VmReason.StartFailed"/>. At most <see cref="VmHostOptions.BootsAtOnce"/> machines boot
    /// at a time; the others show <see cref="VmState.Queued"/>.
    /// </summary>
    /// <exception cref="RxVmException">An option is out of range, the id is taken, or the memory for buffers is used up.</exception>
    public VirtualMachine Start(VmOptions? options = null)
    {
        var vm = Create(options);
        _ = vm.BootAsync(CancellationToken.None);
        return vm;
    }

    /// <summary>Makes a machine without booting it; running a pod boots it.</summary>
    /// <exception cref="RxVmException">An option is out of range, the id is taken, or the memory for buffers is used up.</exception>
    public VirtualMachine Create(VmOptions? options = null)
    {
        options ??= new VmOptions();
        options.Validate();
        var id = options.Id ?? NewId("vm-");
        Reserve(id);
        VirtualMachine vm;
        try
        {
            vm = Assemble(id, options);
        }
        catch
        {
            Forget(id);
            throw;
        }

        Admit(vm);
        _fleet.Show(vm.Id, vm, vm.States);
        return vm;
    }

    /// <summary>The machine with <paramref name="id"/>, or null when there is none or it has gone.</summary>
    public VirtualMachine? Find(string id)
    {
        lock (_gate)
        {
            return _machines.GetValueOrDefault(id);
        }
    }

    /// <inheritdoc cref="IMachineDriver.FindLeftoversAsync"/>
    public ValueTask<ImmutableArray<Leftover>> LeftoversAsync(CancellationToken ct = default) => _driver.FindLeftoversAsync(ct);

    /// <inheritdoc cref="IMachineDriver.RemoveAsync"/>
    public ValueTask<bool> RemoveLeftoverAsync(Leftover leftover, CancellationToken ct = default) => _driver.RemoveAsync(leftover, ct);

    /// <summary>
    /// Shuts every machine down and returns when all have gone, their journals are closed and the followers of <see cref="Vms"/> have been
    /// told. Bounded by the machines' timeouts, and by 5 s more for disks that can't take the journals and followers that don't return.
    /// With <see cref="VmHostOptions.InlineContinuations"/> followers are not waited for: they are told when time is moved.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        VirtualMachine[] machines;
        lock (_gate)
        {
            _disposed = true;
            machines = [.. _machines.Values.OfType<VirtualMachine>()];
        }

        // Deadlines that a scheduler dropped when it was disposed of, before this host, are waited for on another.
        ((SafeScheduler)_options.Schedulers.Time).Probe();
        await Task.WhenAll(machines.Select(async vm =>
        {
            // Not Completion, which others await: of several who await one task all but one continue on another thread.
            var gone = vm.Ended;
            try
            {
                await vm.ShutdownAsync().ConfigureAwait(false);
            }
            catch (RxVmException)
            {
                // However it went: it is its end that counts, and the others'.
            }

            await gone.ConfigureAwait(false);
        })).ConfigureAwait(false);
        var (closed, told) = (_journals.ClosedAsync(), _fleet.ToldAsync());
        if (_options.InlineContinuations)
        {
            // Whoever moves time by hand gives followers their turn by moving it, which he can't while he waits here.
            _ = told.ContinueWith(
                static (_, fleet) => ((VmFleet)fleet!).Dispose(), _fleet, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            await WithinGraceAsync(closed).ConfigureAwait(false);
            return;
        }

        await WithinGraceAsync(Task.WhenAll(closed, told)).ConfigureAwait(false);
        _fleet.Dispose();
    }

    private async Task WithinGraceAsync(Task work)
    {
        if (!work.IsCompleted)
        {
            await work.ToObservable(ImmediateScheduler.Instance).Timeout(Grace, Observable.Return(Unit.Default), _options.Schedulers.Time)
                .ToTask().ConfigureAwait(false);
        }
    }

    // Before the work of assembling, which replaces the journal that was at the machine's path.
    private void Reserve(string id)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_machines.ContainsKey(id))
            {
                throw Taken(id);
            }

            MachineBuffers.Check(_machines.Count + 1, _bufferMemory);
            _machines.Add(id, null);
        }
    }

    private void Admit(VirtualMachine vm)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _machines[vm.Id] = vm;
                _fleet.Give(vm.Id, vm);
                return;
            }

            _machines.Remove(vm.Id);
        }

        vm.Journal.Close();
        throw new ObjectDisposedException(GetType().FullName);
    }

    private void Forget(string id)
    {
        lock (_gate)
        {
            _machines.Remove(id);
        }
    }

    // Part of the start: it reads and checks files.
    private MachineSpec Specify(string id, VmOptions options, MachineSize size)
    {
        var needed = _driver.Needs.HasFlag(MachineNeeds.BootFiles);
        var files = needed && (options.KernelPath is null || options.InitrdPath is null)
            ? new BootFileStore(_options.Images, _options.Schedulers.Time, _options.Logger).Find()
            : null;
        return new MachineSpec
        {
            Id = id,
            MemoryMiB = size.MemoryMiB,
            Cpus = size.Cpus,
            KernelPath = options.KernelPath ?? files?.KernelPath ?? (needed ? throw NothingToBoot("kernel") : ""),
            InitrdPath = options.InitrdPath ?? files?.InitramfsPath ?? (needed ? throw NothingToBoot("initramfs") : ""),
            ExtraAppend = options.KernelAppend,
            Accelerator = options.Accelerator,
            RequireIsolation = options.RequireIsolation,
            WhenProcessDies = options.WhenProcessDies,
        };
    }

    // Whether a boot that fails says something about the host: its own kernel, and all the time it usually gets.
    private static bool IsOrdinary(VmOptions options)
    {
        var usual = new VmTimeouts();
        return options is { KernelPath: null, InitrdPath: null, KernelAppend.Length: 0 }
            && options.Timeouts.Boot >= usual.Boot && options.Timeouts.QmpGreeting >= usual.QmpGreeting;
    }

    private static RxVmException Taken(string id) => new($"{id}: the id is taken by another machine");

    private RxVmException NothingToBoot(string what) =>
        new($"no {what}: none was given and none is in {_options.Images.Directory}; run 'rxvm setup'");

    private VirtualMachine Assemble(string id, VmOptions options)
    {
        ILogger log = new MachineLog(_log, id);
        var pipeline = new VmPipeline(
            VmFold.Initial(id, options.Keep, options.Timeouts),
            _options.Schedulers,
            new ObserverReport(log),
            _options.InlineContinuations);
        var journal = _journals.Open(pipeline.Initial.Fold, options.JournalPath, log);
        var ledger = new CommandLedger(_options.InlineContinuations);
        var requests = new RequestSource(ledger);
        var guest = new GuestEffects();
        var sizing = new MachineSizing(options.Memory is { } memory ? (int)(memory >> 20) : null, options.Cpus);
        var machine = new MachineEffects(
            _driver, () => Specify(id, options, sizing.Settle()), _starts, _options.Schedulers, _options.InlineContinuations,
            options.Timeouts, IsOrdinary(options), log);
        var effects = new VmEffectRunner(machine, new DeviceEffects(options.Timeouts.PodStop, log), guest);
        var sources = new VmSources
        {
            Requests = requests,
            Sessions = machine.Sessions.Select(session => session.Facts),
            Effects = effects.Events,
        };
        pipeline.Connect(sources, ledger, new StepWork
        {
            Free = step =>
            {
                if (step.IsLast)
                {
                    // Whoever hears that it has gone may use its id again.
                    Forget(id);
                }
            },
            Follow = step =>
            {
                guest.Follow(step);
                machine.Follow(step);
            },
            RunEffects = effects.Run,
            ProcessorTime = () => machine.Session?.Machine.ProcessorTime,
            Record = journal.Record,
            Log = step => VmLog.Step(log, step),
            Report = (part, fault) => log.Error(fault, "Something in {Part} of a step threw", part),
        });
        return new VirtualMachine(
            pipeline, journal, requests, machine, guest, spec => PodImages.Check(spec, _options.Images.Sources), LeaseAsync, sizing, NewId,
            _options.InlineContinuations);
    }

    // Where the driver needs no files, an image is just its name.
    private async Task<ImageLease> LeaseAsync(ImageReference image, CancellationToken ct)
    {
        if (!_driver.Needs.HasFlag(MachineNeeds.Images))
        {
            return ImageLease.OfNothing(RootFileSystem.Unresolved(image));
        }

        await Foreign.EnterAsync(_options.InlineContinuations).ConfigureAwait(false);
        return await Images.LeaseAsync(image.Value, ct).ConfigureAwait(false);
    }

    private static StartQueue Queue(VmHostOptions options, IMachineDriver driver)
    {
        // A simulated boot takes no processor.
        var real = driver.Needs.HasFlag(MachineNeeds.BootFiles);
        var atOnce = options.BootsAtOnce ?? (real ? Environment.ProcessorCount : int.MaxValue);
        var slots = real && driver.LockDirectory is { } directory ? new BootSlots(directory, atOnce) : null;
        return new StartQueue(atOnce, slots, options.Schedulers.Time, options.InlineContinuations);
    }

    private static QemuDriver Qemu(VmHostOptions options) =>
        new(new QemuDriverOptions { CacheDirectory = options.Images.Directory }, options.Logger, options.Schedulers.Time);

    /// <summary>An id that nobody has.</summary>
    internal static string NewId(string prefix) => prefix + RandomNumberGenerator.GetString(Letters, 10);
}
