namespace Rx.Vm.Qemu;

/// <summary>Disposes what was added, last first, unless it was kept.</summary>
internal sealed class Undo : IDisposable
{
    private readonly Stack<IDisposable> _made = new();

    public T Add<T>(T made) where T : IDisposable
    {
        _made.Push(made);
        return made;
    }

    public void Keep() => _made.Clear();

    public void Dispose()
    {
        while (_made.TryPop(out var made))
        {
            made.Dispose();
        }
    }
}
