using System.Text;
using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>
/// What every event makes of every phase, as text. A phase is stood for by the state an ordinary life first has in it, with two devices
/// where devices matter and one call where calls do; a phase that waits for different things in turn is stood for by one state per thing.
/// </summary>
internal static class LifecycleTable
{
    /// <summary>The states that stand for the phases.</summary>
    public static IReadOnlyList<(string Name, VmCore State)> Canonical { get; } =
    [
        ("Preparing", Machine.Preparing()),
        ("Booting (launching)", Machine.Launching()),
        ("Booting (greeting)", Machine.Booting()),
        ("Booting (a pod waits)", Machine.Booting().On(K.RunPodRequested, 2).Next.After(K.QmpConnected)),
        ("Init", Machine.Init()),
        ("Init (pinged)", Machine.Init().OnElapsed(DeadlineKind.Ping).Next),
        ("Starting (attaching)", Machine.Starting(2).On(K.DeviceAdded, 0).Next),
        ("Starting (started)", Machine.Starting(2).On(K.DeviceAdded, 0).Next.On(K.DeviceAdded, 1).Next),
        ("Running", Machine.Running(2).After(K.CallRequested)),
        ("Running (kept)", Machine.Running(2, KeepMode.AfterFinish)),
        ("Stopping", Machine.Stopping(2)),
        ("Cleaning (detaching)", Machine.Cleaning(2).On(K.DeviceRemoved, 0).Next),
        ("Cleaning (rescanning)", Machine.Cleaning()),
        ("Terminating", Machine.Terminating()),
        ("Terminating (quitting)", Machine.Terminating().After(K.PodDestroyAcked)),
        ("Destroying (quitting)", Machine.Quitting()),
        ("Destroying (lost)", Machine.Lost()),
        ("Destroying (killed)", Machine.Killed()),
        ("Destroying (given up)", Machine.Killed().OnElapsed(DeadlineKind.Kill).Next),
        ("Destroying (releasing)", Machine.Releasing()),
        ("Gone", Machine.Gone()),
    ];

    /// <summary>One line for every pair: the event, and what it makes of the state.</summary>
    public static string Text()
    {
        var text = new StringBuilder("""
            What every event makes of every phase; Rx.Vm.Tests/Lifecycle/LifecycleTable.cs tells which states stand for the phases.
            '=' nothing changes, '!' refused, '->' next phase: effects [armed deadlines, + restarted now] reason when it changes.


            """);
        foreach (var (name, state) in Canonical)
        {
            text.Append($"{name}\n  {state.Words()}\n");
            foreach (var input in Tried(state))
            {
                text.Append($"  {Inputs.Name(input),-24} {Outcome(state, VmReducer.Reduce(state, input))}\n");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static IEnumerable<VmInput> Tried(VmCore state) => Inputs.All(devices: 2).Where(input => input.Kind switch
    {
        K.RunPodRequested => input.Operand is 0 or 2,
        K.DeviceAdded or K.DeviceAddFailed or K.DeviceRemoved or K.DeviceRemoveFailed => input.Operand is 0 or 1,
        K.DeadlineElapsed => Enum.IsDefined((DeadlineKind)input.Operand) && state.Armed.Has((DeadlineKind)input.Operand),
        _ => true,
    });

    private static string Outcome(VmCore before, Transition t)
    {
        if (t.Refused != Refusal.None)
        {
            return $"! {t.Refused}";
        }

        if (t == new Transition(before))
        {
            return "=";
        }

        var effects = t.Effects == VmEffects.None ? "" : $": {t.Effects}";
        var armed = Enum.GetValues<DeadlineKind>().Where(t.Next.Armed.Has).Select(k => t.Rearmed.Has(k) ? $"+{k}" : k.ToString());
        var reason = t.Next.Reason == before.Reason ? "" : $" {t.Next.Reason}";
        return $"-> {t.Next.Phase}{effects} [{string.Join(' ', armed)}]{reason}";
    }
}
