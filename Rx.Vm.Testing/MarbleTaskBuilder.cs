using System.ComponentModel;
using System.Runtime.CompilerServices;
using Rx.Vm.Testing.Running;

namespace Rx.Vm.Testing;

/// <summary>For the compiler: builds <see cref="MarbleTask"/>. The usual builder, except that awaits find the context of the run.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct MarbleTaskBuilder
{
    private AsyncTaskMethodBuilder _builder;

    /// <summary>The task.</summary>
    public MarbleTask Task => new(_builder.Task);

    /// <summary>A new builder.</summary>
    public static MarbleTaskBuilder Create() => new() { _builder = AsyncTaskMethodBuilder.Create() };

    /// <summary>Runs the method until its first await.</summary>
    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine =>
        _builder.Start(ref stateMachine);

    /// <summary>Not used by current compilers.</summary>
    public void SetStateMachine(IAsyncStateMachine stateMachine) => _builder.SetStateMachine(stateMachine);

    /// <summary>The method returned.</summary>
    public void SetResult() => _builder.SetResult();

    /// <summary>The method threw.</summary>
    public void SetException(Exception exception) => _builder.SetException(exception);

    /// <summary>The method waits.</summary>
    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine
    {
        using (MarblePump.OfThread?.Lend())
        {
            _builder.AwaitOnCompleted(ref awaiter, ref stateMachine);
        }
    }

    /// <summary>The method waits.</summary>
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine
    {
        using (MarblePump.OfThread?.Lend())
        {
            _builder.AwaitUnsafeOnCompleted(ref awaiter, ref stateMachine);
        }
    }
}
