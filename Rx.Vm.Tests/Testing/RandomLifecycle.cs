using System.Security.Cryptography;
using System.Text;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Testing;
using static Rx.Vm.Tests.Testing.SimulatedWorld;

namespace Rx.Vm.Tests.Testing;

/// <summary>
/// One life of a machine with everything random: times, faults, pods, requests, subscribers. The same seed gives the same life, to the
/// byte.
/// Whatever happens, what <see cref="Run"/> checks at the end must hold.
/// </summary>
internal sealed class RandomLifecycle
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(400);

    private static readonly string[][] Commands =
    [
        ["true"], ["false"], ["echo", "hello"], ["sleep", "0.5"], ["sleep", "40"], ["sleep", "infinity"], ["cat"], ["nosuch"],
        ["sh", "-c", "echo a; sleep 1; echo b >&2; exit 3"], ["stubborn"], ["chatty"],
    ];

    private readonly Random _random;
    private readonly SimulatedSettings _settings;
    private readonly SimulatedWorld _world;
    private readonly VirtualMachine _vm;
    private readonly StateTrace _trace;
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<(string Name, Task Task)> _requests = [];
    private readonly List<Pod> _pods = [];
    private readonly List<ExecProcess> _processes = [];
    private readonly HashSet<long> _answered = [];
    private long _folded;
    private int _pod;
    private int _open;

    public RandomLifecycle(int seed)
    {
        _random = new Random(seed);
        _settings = Settings();
        _world = new SimulatedWorld(_settings);
        _vm = _world.Create(_random.Next(2) == 0 ? KeepMode.None : KeepMode.AfterFinish);
        _vm.Steps.Subscribe(Check);
        if (_random.Next(10) == 0)
        {
            var last = _random.Next(20);
            _vm.States.Subscribe(s => _ = last-- > 0 ? s : throw new InvalidOperationException("a bad subscriber"));
        }

        _trace = Trace(_vm);
    }

    /// <summary>What went wrong in this life on purpose.</summary>
    public string Plan => string.Join(", ", _settings.Faults);

    /// <summary>The reason the machine ended for.</summary>
    public VmReason Reason => _vm.State.Reason;

    /// <summary>Lives the life; checks it; returns the digest of every turn of the fold.</summary>
    public string Run()
    {
        for (var requests = _random.Next(1, 9); requests > 0; requests--)
        {
            Ask();
            _world.Advance(TimeSpan.FromMilliseconds(Pick(0, 0, 1, 10, 60, 120, 560, 700, 2_000, 35_000)));
        }

        _world.Advance(TimeSpan.FromMilliseconds(Pick(0, 0, 1_500, 65_000, 130_000)));
        _requests.Add(("final shutdown", _vm.ShutDown()));
        _world.Advance(LongestEnd);
        AssertOver();
        return Convert.ToHexStringLower(_digest.GetHashAndReset());
    }

    private T Pick<T>(params T[] from) => from[_random.Next(from.Length)];

    private SimulatedSettings Settings() => new()
    {
        Timings = Pick(new SimulatedTimings(), new SimulatedTimings(), SimulatedTimings.Instant, new SimulatedTimings
        {
            Boot = TimeSpan.FromMilliseconds(_random.Next(3000)), Greeting = TimeSpan.FromMilliseconds(_random.Next(3000)),
            Monitor = TimeSpan.FromMilliseconds(_random.Next(50)), Guest = TimeSpan.FromMilliseconds(_random.Next(50)),
            DeviceRemove = TimeSpan.FromMilliseconds(_random.Next(2000)), ExitNotice = TimeSpan.FromMilliseconds(_random.Next(30)),
        }),
        Faults = [.. Enumerable.Range(0, Pick(0, 1, 1, 1, 2, 2, 3)).Select(_ => RandomFaults.Next(_random))],
        ExitBeforeEndOfStreams = _random.Next(2) == 0,
        Features = _random.Next(30) == 0 ? [] : new SimulatedSettings().Features,
        Programs = SimulatedPrograms.Default.Add("stubborn", Stubborn).Add("chatty", Chatty),
    };

    private void Ask()
    {
        switch (_random.Next(12))
        {
            case 0: Add("boot", _vm.Boot()); break;
            case 1 or 2 or 3 or 4 or 5: RunPod(); break;
            case 6: Add("stop", _vm.Stop()); break;
            case 7: Add("shutdown", _random.Next(3) == 0 ? _vm.ShutDown() : Task.CompletedTask); break;
            case 8: Add("kill", _random.Next(3) == 0 ? _vm.Kill() : Task.CompletedTask); break;
            case 9: Add("signal", _vm.Signal("c0", Pick(9, 15, 28))); break;
            default: Exec(); break;
        }
    }

    private void RunPod()
    {
        var count = Pick(1, 1, 1, 2, 3);
        var containers = Enumerable.Range(0, count).Select(_ => Container(Pick(Commands)) with { Tty = _random.Next(8) == 0 });
        using var source = new CancellationTokenSource();
        var started = _vm.RunPodAsync(new PodSpec { Id = $"pod{_pod++}", Containers = [.. containers] }, source.Token);
        Add("run", started, cancelled: _random.Next(10) == 0);
        Use(started, pod =>
        {
            _pods.Add(pod);
            foreach (var container in pod.Containers)
            {
                Consume(container.Streams);
            }
        });
        if (_requests[^1].Name == "run, cancelled")
        {
            source.Cancel();
        }
    }

    private void Exec()
    {
        var started = _vm.Exec("c0", Pick(Commands));
        Add("exec", started);
        Use(started, process =>
        {
            _processes.Add(process);
            Consume(process.Streams);
        });
    }

    private void Consume(Rx.Vm.Guest.ProcessStreams streams)
    {
        if (_random.Next(8) > 0)
        {
            _open += 2;
            Add("end of streams", streams.Ended);
            Add("end of streams again", streams.Ended);
            streams.Output.Subscribe(_ => { }, () => _open--);
            streams.Error.Subscribe(_ => { }, () => _open--);
        }

        switch (_random.Next(8))
        {
            case 0: streams.Output.OpenStream(); break;
            case 1: streams.Output.Subscribe(_ => throw new InvalidOperationException("hostile")); break;
            case 2: streams.Error.Subscribe(_ => { }).Dispose(); break;
            case 3: streams.Discard(); break;
        }

        if (_random.Next(3) == 0)
        {
            Add("input", streams.WriteInputAsync("some input\n"u8.ToArray()).AsTask());
            Add("end of input", streams.CloseInputAsync().AsTask());
        }
    }

    private void Add(string name, Task task, bool cancelled = false) => _requests.Add((cancelled ? $"{name}, cancelled" : name, task));

    // The one continuation of its task, and so on the thread that completes it.
    private static async void Use<T>(Task<T> task, Action<T> use)
    {
        T result;
        try
        {
            result = await task.ConfigureAwait(false);
        }
        catch (Exception e) when (e is RxVmException or OperationCanceledException)
        {
            return;
        }

        use(result);
    }

    private void Check(VmStep step)
    {
        Assert.Equal(++_folded, step.Number);
        var text = $"{step.At.Ticks} {step.Event} {step.Effects} {step.Devices} {step.Fold.State} {string.Join(';', step.Answers)}\n";
        _digest.AppendData(Encoding.UTF8.GetBytes(text));
        foreach (var answer in step.Answers)
        {
            Assert.True(_answered.Add(answer.Command), $"request {answer.Command} is answered twice");
        }
    }

    private void AssertOver()
    {
        Assert.Equal(VmPhase.Gone, _vm.State.Phase);
        Assert.True(_trace.IsCompleted, "States has not completed");
        Assert.True(_vm.Completion.IsCompletedSuccessfully, "Completion has not completed");
        Assert.All(_requests, r => Assert.True(r.Task.IsCompleted, $"{r.Name} is {r.Task.Status}"));
        foreach (var (name, task) in _requests)
        {
            Assert.True(
                task.Exception?.InnerException is null or RxVmException, $"{name} failed with {task.Exception?.InnerException}");
        }

        Assert.All(_pods, pod => Assert.True(pod.Completion.IsCompletedSuccessfully, $"{pod.Id} has not ended"));
        Assert.All(_processes, p => Assert.True(p.ExitCode.IsCompleted, "a further process has not ended"));
        Assert.Equal(0, _open);
        Assert.Null(_world.Host.Find("vm1"));
        Assert.Empty(_world.Host.Vms.Items);
        if (!_vm.State.ResourcesLost)
        {
            Assert.Equal((0, 0), (_world.Driver.Alive, _world.Driver.Held));
        }
    }

    private static IEnumerable<SimulatedStep> Stubborn(SimulatedCall call)
    {
        call.Trap(15);
        for (var i = 0; i < 8; i++)
        {
            yield return SimulatedStep.Sleep(TimeSpan.FromSeconds(1));
        }

        yield return SimulatedStep.Exit(5);
    }

    private static IEnumerable<SimulatedStep> Chatty(SimulatedCall call)
    {
        for (var i = 0; i < 30; i++)
        {
            yield return SimulatedStep.Print(new byte[20_000]);
            yield return SimulatedStep.Sleep(TimeSpan.FromMilliseconds(30));
        }
    }
}
