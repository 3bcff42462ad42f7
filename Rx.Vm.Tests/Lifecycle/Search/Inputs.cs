using Rx.Vm.Devices;
using Rx.Vm.Lifecycle;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle.Search;

/// <summary>Every input a machine can get: each kind with each operand that means something, and some that no sound source would send.</summary>
internal static class Inputs
{
    private static readonly int[] NoSlots = [-1, DeviceSet.Capacity, int.MaxValue];

    /// <summary>All inputs of a world where a pod has <paramref name="devices"/> devices at most.</summary>
    public static VmInput[] All(int devices) =>
        [.. Enum.GetValues<K>().SelectMany(kind => Operands(kind, devices).Select(operand => new VmInput(kind, operand)))];

    /// <summary>The input for the elapsed deadline <paramref name="kind"/>.</summary>
    public static VmInput Elapsed(DeadlineKind kind) => new(K.DeadlineElapsed, (int)kind);

    /// <summary>The input in words, as the table and counterexamples show it.</summary>
    public static string Name(VmInput input) => input.Kind switch
    {
        K.DeadlineElapsed when Enum.IsDefined((DeadlineKind)input.Operand) => $"{(DeadlineKind)input.Operand} elapsed",
        K.RunPodRequested or K.ProcessExited => $"{input.Kind}({input.Operand})",
        K.DeviceAdded or K.DeviceAddFailed or K.DeviceRemoved or K.DeviceRemoveFailed or K.DeadlineElapsed =>
            $"{input.Kind}#{input.Operand}",
        _ => input.Kind.ToString(),
    };

    private static IEnumerable<int> Operands(K kind, int devices) => kind switch
    {
        K.RunPodRequested => [.. Enumerable.Range(0, devices + 1), -1, DeviceSet.Capacity + 1],
        K.ProcessExited => [0, 1],
        K.DeviceAdded or K.DeviceAddFailed or K.DeviceRemoved or K.DeviceRemoveFailed =>
            [.. Enumerable.Range(0, devices), .. NoSlots],
        K.DeadlineElapsed => [.. Enumerable.Range(0, DeadlineSet.Kinds), -1, DeadlineSet.Kinds],
        _ => [0],
    };
}
