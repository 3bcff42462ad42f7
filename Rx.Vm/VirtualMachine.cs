using System.Collections.Immutable;
using System.Reactive.Linq;
using Rx.Vm.Effects;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Images;
using Rx.Vm.Journal;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Reactive;
using Rx.Vm.Sources;

namespace Rx.Vm;

/// <summary>
/// One virtual machine: streams for what happens to it, tasks for what is asked of it. Made by <see cref="VmHost"/>. Every method may be
/// called from any thread; cancelling a token ends the caller's wait and nothing else, but with one that is cancelled already nothing is
/// asked.
/// </summary>
public sealed class VirtualMachine
{
    private readonly VmPipeline _pipeline;
    private readonly RequestSource _requests;
    private readonly MachineEffects _machine;
    private readonly GuestEffects _guest;
    private readonly Func<PodSpec, ImmutableArray<ImageReference>> _judge;
    private readonly Func<ImageReference, CancellationToken, Task<ImageLease>> _lease;
    private readonly MachineSizing _sizing;
    private readonly Func<string, string> _newId;
    private readonly bool _inline;

    internal VirtualMachine(
        VmPipeline pipeline, VmJournal journal, RequestSource requests, MachineEffects machine, GuestEffects guest,
        Func<PodSpec, ImmutableArray<ImageReference>> judge, Func<ImageReference, CancellationToken, Task<ImageLease>> lease, MachineSizing sizing,
        Func<string, string> newId, bool inline)
    {
        _pipeline = pipeline;
        _requests = requests;
        _machine = machine;
        _guest = guest;
        _judge = judge;
        _lease = lease;
        _sizing = sizing;
        _newId = newId;
        _inline = inline;
        Journal = journal;
        Id = pipeline.Current.VmId;
        Completion = pipeline.Ended;
    }

    /// <summary>The machine's id.</summary>
    public string Id { get; }

    /// <summary>
    /// The process id of the machine's process; null before it was started, after it has ended, and for a machine that is no process. By
    /// the time it is used it may be another's: signals go through <see cref="KillAsync"/>.
    /// </summary>
    public int? ProcessId => _machine.Session?.Machine is { Exited.IsCompleted: false } machine ? machine.Identity?.Pid : null;

    /// <summary>The state that was published last.</summary>
    public VmState State => _pipeline.Current;

    /// <summary>
    /// The current state first, then every later one in order, then completion after the terminal state; a subscriber after the end gets
    /// the terminal state and completion. Hot. Never errors: trouble is a state with a reason. Observers are called on the host's notify
    /// scheduler, one call at a time; one that throws loses its subscription, one that falls 1024 states behind loses the oldest, which
    /// shows as a gap in <see cref="VmState.Sequence"/>. One that the notify scheduler refuses to call loses its subscription too.
    /// </summary>
    public IObservable<VmState> States => _pipeline.States;

    /// <summary>
    /// Every event from the subscription on, with what it made of the machine; <see cref="Journal"/> has those before it. Completes with the
    /// machine; otherwise as <see cref="States"/>.
    /// </summary>
    public IObservable<JournalEntry> Events => Steps.Select(JournalEntry.Of);

    /// <summary>
    /// The pod that was started last, running or ended; null before there is one. It is there too when the wait of <see cref="RunPodAsync"/>
    /// was cancelled and the pod has started all the same.
    /// </summary>
    public Pod? Pod => _guest.Pod is { Streams.IsEmpty: false } plan ? plan.Handle : null;

    /// <summary>Every turn of the fold, likewise.</summary>
    internal IObservable<VmStep> Steps => _pipeline.Steps;

    /// <summary>The channel of its streams.</summary>
    internal TtyMux? Tty => _machine.Session?.Tty;

    /// <summary>Its events, recorded.</summary>
    public VmJournal Journal { get; }

    /// <summary>The last lines of the guest's serial console, at most 200, oldest first.</summary>
    public ImmutableArray<string> ConsoleTail => _machine.Session?.Console.Tail() ?? [];

    /// <summary>
    /// Completes with the terminal state when the machine has gone and its journal has its last entry; never fails. Depends on no scheduler,
    /// observer or logger.
    /// </summary>
    public Task<VmState> Completion { get; }

    /// <summary>The same; inline, each call gives a task of its own. Of several who await one task all but one continue elsewhere.</summary>
    internal Task<VmState> Ended => _pipeline.Ended;

    /// <summary>
    /// Boots a machine that was made without booting. Completes when the boot has begun; wait for the phase in <see cref="States"/>.
    /// </summary>
    public Task BootAsync(CancellationToken ct = default)
    {
        if (!ct.IsCancellationRequested)
        {
            _sizing.Settle();
        }

        return AskAsync(VmEventKind.BootRequested, "boot", ct);
    }

    /// <summary>
    /// Runs <paramref name="spec"/>: resolves its images, boots the machine if need be, attaches the disks, starts the containers. Completes
    /// when they have started. A machine that was not booted before gets the size that the spec asks for where its options left that open.
    /// </summary>
    /// <exception cref="PodSpecException">The spec breaks a rule, or names a path on the host and the host takes names only.</exception>
    /// <exception cref="ImageException">An image can't be had.</exception>
    /// <exception cref="VmRefusedException">The machine has a pod, is on its way out, or is smaller than the spec asks for.</exception>
    /// <exception cref="VmFailedException">The pod did not start; the machine is shut down with the reason.</exception>
    public async Task<Pod> RunPodAsync(PodSpec spec, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        spec.Validate();
        RefuseTooSmall(_sizing.Lacking(spec.Resources));

        // All are judged before the first is looked up: a spec that is refused has read nothing.
        var references = _judge(spec);
        var leases = new List<ImageLease>();
        try
        {
            foreach (var reference in references)
            {
                leases.Add(await _lease(reference, ct).ConfigureAwait(false));
            }

            var disks = leases.Select((lease, slot) => new ContainerDisk(slot, lease.Root)).ToImmutableArray();
            var plan = new PodPlan(spec.Id ?? _newId("pod-"), spec, disks, _inline);
            ct.ThrowIfCancellationRequested();
            RefuseTooSmall(_sizing.Claim(spec.Resources));
            var answer = _requests.Ask(command =>
            {
                _guest.Plan(command, plan);
                return VmEvent.RunPod(command, plan.PodId, plan.Disks.Length, new(spec.Labels));
            });
            var held = HoldAsync(leases, answer);
            leases = [];
            Check(await held.WaitAsync(ct).ConfigureAwait(false), "run pod");
            return plan.Handle;
        }
        finally
        {
            leases.ForEach(lease => lease.Dispose());
        }
    }

    // With the answer the pod has started and the machine has its disks open, or it never will. The answer has this one awaiter: of several
    // all but one would go on by way of another thread, out of virtual time.
    private static async Task<T> HoldAsync<T>(List<ImageLease> leases, Task<T> answer)
    {
        try
        {
            return await answer.ConfigureAwait(false);
        }
        finally
        {
            leases.ForEach(lease => lease.Dispose());
        }
    }

    /// <summary>Stops the pod: SIGTERM, later SIGKILL, to every container. Completes when the machine is ready for another pod.</summary>
    /// <exception cref="VmRefusedException">There is no pod, or the machine is on its way out.</exception>
    /// <exception cref="VmFailedException">The pod could not be stopped in time; the machine is shut down.</exception>
    public Task StopPodAsync(CancellationToken ct = default) => AskAsync(VmEventKind.StopPodRequested, "stop pod", ct);

    /// <summary>
    /// Shuts the machine down: the guest ends its pod, QEMU quits. Completes when everything has gone. Idempotent, bounded by the
    /// timeouts.
    /// </summary>
    public Task ShutdownAsync(CancellationToken ct = default) => AskAsync(VmEventKind.ShutdownRequested, "shutdown", ct);

    /// <summary>Kills the machine's process. Completes when everything has gone. Idempotent, bounded by the timeouts.</summary>
    public Task KillAsync(CancellationToken ct = default) => AskAsync(VmEventKind.KillRequested, "kill", ct);

    /// <summary>Runs a further process in a container of the running pod. Completes when it has started.</summary>
    /// <param name="container">The container's name.</param>
    /// <param name="command">The command and its arguments.</param>
    /// <param name="options">Terminal, user, directory, environment.</param>
    /// <param name="ct">Ends the wait, not the process.</param>
    /// <exception cref="PodSpecException">Command, options or name break a rule; the field is named.</exception>
    /// <exception cref="VmRefusedException">No pod runs, or too many calls wait.</exception>
    /// <exception cref="VmFailedException">The guest could not start it: no such container, no such command.</exception>
    public async Task<ExecProcess> ExecAsync(
        string container, IReadOnlyList<string> command, ExecOptions? options = null, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(container);
        ArgumentNullException.ThrowIfNull(command);
        options ??= new ExecOptions();

        // Copied once: what was judged is what is sent.
        ImmutableArray<string> words = [.. command];
        ProcessRules.CheckExec(container, words, options);
        var plan = new ExecPlan(container, words, options);
        try
        {
            await CallAsync("exec", plan, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            plan.Forsake();
            throw;
        }

        return new ExecProcess(this, plan.Streams!);
    }

    /// <summary>Sends a signal to the first process of a container.</summary>
    /// <param name="container">The container's name.</param>
    /// <param name="signal">The Linux signal number, 1 to 64.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task SignalAsync(string container, int signal, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(container);
        ArgumentOutOfRangeException.ThrowIfLessThan(signal, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(signal, 64);
        return CallAsync("signal", new SignalPlan(container, signal), ct);
    }

    /// <summary>Sends a signal to an exec.</summary>
    internal Task SignalExecAsync(ulong session, int signal, CancellationToken ct) => CallAsync("kill exec", new SignalExecPlan(session, signal), ct);

    /// <summary>Sets the size of a process's terminal.</summary>
    /// <param name="process">The process's streams.</param>
    /// <param name="rows">Lines, 1 to 65535.</param>
    /// <param name="columns">Columns, 1 to 65535.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task ResizeAsync(ProcessStreams process, int rows, int columns, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(process);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, ushort.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, ushort.MaxValue);
        return CallAsync("resize", new WindowSizePlan(process.MainSession, (ushort)rows, (ushort)columns), ct);
    }

    private async Task CallAsync(string request, CallPlan plan, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var answer = _requests.Ask(command =>
        {
            _guest.Plan(command, plan);
            return VmEvent.Request(VmEventKind.CallRequested, command);
        });
        Check(await FollowAsync(plan, answer).WaitAsync(ct).ConfigureAwait(false), request);
    }

    // Whether anybody still waits for the answer or not. It has this one awaiter.
    private static async Task<Answer> FollowAsync(CallPlan plan, Task<Answer> answer)
    {
        var result = await answer.ConfigureAwait(false);
        plan.Answered(result.Kind == AnswerKind.Completed);
        return result;
    }

    private async Task AskAsync(VmEventKind kind, string request, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var answer = _requests.Ask(command => VmEvent.Request(kind, command));
        Check(await answer.WaitAsync(ct).ConfigureAwait(false), request);
    }

    private void RefuseTooSmall(string? lacking)
    {
        if (lacking is not null)
        {
            throw new VmRefusedException(Id, "run pod", Refusal.TooSmall, State.Phase, $"it asks for {lacking}");
        }
    }

    private void Check(Answer answer, string request)
    {
        switch (answer.Kind)
        {
            case AnswerKind.Completed:
                return;
            case AnswerKind.Refused:
                throw new VmRefusedException(Id, request, answer.Refusal, answer.Phase);
            case AnswerKind.Failed:
                throw new VmFailedException(
                    Id, request, answer.Reason, answer.Message, answer.Reason == VmReason.StartFailed ? _machine.StartFault : null);
        }
    }
}
